package importers

import (
	"archive/zip"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"gisd/importers/encodings"
	"gisd/spatial"
)

// entryNames are the names in an archive with forward slashes, as UTF-8. An
// archive that names places outside of itself is not one to trust with the rest.
func entryNames(archive string, entries []*zip.File) ([]string, error) {
	names := make([]string, len(entries))
	decode := nameDecoder(entries)
	for i, e := range entries {
		names[i] = strings.ReplaceAll(decode(e), `\`, "/")
		if len(names[i]) > 2 && names[i][1:3] == ":/" {
			names[i] = names[i][3:]
		}
		if leaves(names[i]) {
			return nil, &spatial.Error{Code: spatial.CodeInvalid, Op: "importers: unpack",
				Message: fmt.Sprintf("%s names a place outside of the archive (%.80q): it is not read", archive, names[i])}
		}
	}
	return names, nil
}

// leaves tells absolute names and those that climb. The letter of a drive is what
// old tools of Windows write before names that are honest otherwise.
func leaves(name string) bool {
	if strings.HasPrefix(name, "/") {
		return true
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

// nameDecoder reads names that are not marked as UTF-8. Tools of old write the
// code page of their machine there, or the bytes of the fonts of the office; all
// names of an archive are in one. Where they tell nothing the standard's own page
// holds (APPNOTE.TXT 6.3.10, D.1).
func nameDecoder(entries []*zip.File) func(*zip.File) string {
	sampler := encodings.NewSampler(1, encodings.SamplerOptions{})
	unicode := true
	for _, e := range entries {
		if !e.NonUTF8 {
			continue
		}
		unicode = unicode && utf8.ValidString(e.Name)
		for part := range strings.SplitSeq(strings.ReplaceAll(e.Name, `\`, "/"), "/") {
			sampler.Add(0, []byte(strings.TrimSuffix(part, path.Ext(part))))
		}
	}
	choice := sampler.Choices()[0]
	return func(e *zip.File) string {
		switch {
		case !e.NonUTF8 || unicode:
			return strings.ToValidUTF8(e.Name, "\ufffd")
		case choice.Unsure || !vietnamese(choice.Encoding):
			name, err := charmap.CodePage437.NewDecoder().String(e.Name)
			if err != nil {
				return strings.ToValidUTF8(e.Name, "\ufffd")
			}
			return name
		}
		ending := path.Ext(e.Name) // ASCII, which a font's table may bend
		return string(choice.Decoder().Append(nil, []byte(strings.TrimSuffix(e.Name, ending)))) + ending
	}
}

// vietnamese tells the encodings that only Vietnamese is written in. Others are
// not told apart from so few letters.
func vietnamese(encoding string) bool {
	switch encoding {
	case "tcvn3", "vni", "viscii", "windows-1258":
		return true
	}
	return false
}
