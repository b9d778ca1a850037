package attach

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"gisd/spatial"
)

// Most bounds one file, in bytes.
const Most = 15 << 20

// nameMost bounds the name of a file, in bytes.
const nameMost = 200

// Types are the media types that are taken. None of them runs a script where it is
// opened in a browser; SVG and HTML do.
func Types() []string {
	return []string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic", "application/pdf"}
}

// Read judges a file by its content; what the sender says of its type is not
// believed. The error is what is wrong, for the sender.
func Read(name string, content []byte) (spatial.NewAttachment, error) {
	const op = "attach: read file"
	at := spatial.NewAttachment{Content: content}
	if len(content) == 0 {
		return at, spatial.Invalid(op, "The file is empty.")
	}
	if at.MediaType = typeOf(content); at.MediaType == "" {
		return at, &spatial.Error{Code: spatial.CodeUnsupported, Op: op,
			Message: "Attachments are photos (JPEG, PNG, WebP, GIF, HEIC) and PDF, by what is in them."}
	}
	at.Name = nameOf(name, at.MediaType)
	at.Bytes, at.SHA256 = int64(len(content)), sha256.Sum256(content)
	if at.MediaType == "image/jpeg" {
		at.TakenAt, at.Place = photo(content)
	}
	return at, nil
}

// typeOf is the media type of a content, "" for those that are not taken.
func typeOf(content []byte) string {
	if len(content) >= 12 && string(content[4:8]) == "ftyp" {
		switch string(content[8:12]) {
		case "heic", "heix", "mif1": // ISO/IEC 23008-12 Annex B
			return "image/heic"
		}
		return ""
	}
	found := http.DetectContentType(content)
	for _, t := range Types() {
		if t == found && (t != "application/pdf" || bytes.HasPrefix(content, []byte("%PDF-"))) {
			return t
		}
	}
	return ""
}

// nameOf keeps the last part of a name, without what is no text, under an ending that
// fits the type.
func nameOf(name, mediaType string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name))
	endings := map[string][]string{
		"image/jpeg": {".jpg", ".jpeg"}, "image/png": {".png"}, "image/webp": {".webp"}, "image/gif": {".gif"},
		"image/heic": {".heic", ".heif"}, "application/pdf": {".pdf"},
	}[mediaType]
	if name == "." || name == "/" || name == ".." || name == "" {
		name = "attachment"
	}
	for _, ending := range endings {
		if strings.HasSuffix(strings.ToLower(name), ending) {
			return shortened(name[:len(name)-len(ending)], ending)
		}
	}
	return shortened(name, endings[0])
}

func shortened(stem, ending string) string {
	for len(stem)+len(ending) > nameMost {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	return stem + ending
}
