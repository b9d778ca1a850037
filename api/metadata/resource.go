package metadata

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
	"gisd/spatial/crs"
)

// Resource is a collection as somebody may read it, with what describes it.
type Resource struct {
	Collection *spatial.Collection
	Versions   []spatial.CollectionVersion // what is kept of it, the newest first; nil where that was not asked
	Lang       string                      // "vi" or "en"
	Formats    []negotiate.Format          // of files of it
	// Href is the address of a path of this server, which is escaped already.
	Href func(path string, query url.Values) string
}

type object = map[string]any

// Titles of the catalogue as a whole.
var (
	CatalogueTitle       = spatial.Text{VI: "Danh mục dữ liệu quy hoạch và hạ tầng", EN: "Catalogue of planning and infrastructure data"}
	CatalogueDescription = spatial.Text{VI: "Các lớp dữ liệu bạn được xem, nguồn gốc và chất lượng của chúng.", EN: "The collections that you may see, where they come from and how good they are."}
)

func (r Resource) in(t spatial.Text) string { return t.In(r.Lang) }

// Title is that of the collection in the language asked for, its id where it has none.
func (r Resource) Title() string { return cmp.Or(r.in(r.Collection.Title), r.Collection.ID) }

func (r Resource) format(path, f string) string { return r.Href(path, url.Values{"f": {f}}) }

func (r Resource) items() string { return "/ogc/collections/" + r.Collection.ID + "/items" }

// page is where people read of the collection.
func (r Resource) page() string { return r.format("/ogc/collections/"+r.Collection.ID, "html") }

// RecordPath is the path of the record of a collection.
func RecordPath(id string) string {
	return "/records/collections/catalogue/items/" + url.PathEscape(id)
}

// updated is when the data or what is said of it last changed.
func (r Resource) updated() time.Time {
	if r.Collection.VersionAt.After(r.Collection.UpdatedAt) {
		return r.Collection.VersionAt
	}
	return r.Collection.UpdatedAt
}

// current is the version that is published, where it is known.
func (r Resource) current() (spatial.CollectionVersion, bool) {
	for _, v := range r.Versions {
		if v.Current {
			return v, true
		}
	}
	return spatial.CollectionVersion{}, false
}

// spdx are the identifiers of licences that data has (https://spdx.org/licenses/).
var spdx = regexp.MustCompile(`^(CC0-1\.0|CC-BY(-NC)?(-SA|-ND)?-[1-4]\.[05]|ODbL-1\.0|ODC-By-1\.0|PDDL-1\.0|OGL-UK-[123]\.0|etalab-2\.0|CDLA-Permissive-[12]\.0|NLOD-[12]\.0)$`)

// licence is the identifier of a common licence, else "other"; "" where none is
// given. The address is where its text is, as far as it is known.
func (r Resource) licence() (id, address string) {
	text := strings.TrimSpace(r.Collection.Licence)
	switch {
	case text == "":
		return "", ""
	case spdx.MatchString(text):
		return text, "https://spdx.org/licenses/" + text + ".html"
	case strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://"):
		return "other", text
	}
	return "other", ""
}

// box is the extent, false for a collection without one.
func (r Resource) box() (spatial.Envelope, bool) {
	e := r.Collection.Extent
	return e, !e.Empty() && r.Collection.FeatureCount != 0
}

// system is the address of the storage system, "" where there is none.
func (r Resource) system() string {
	if s, ok := crs.Lookup(r.Collection.SRID); ok && r.Collection.GeometryType != spatial.GeometryNone {
		return s.URI
	}
	return ""
}

// each says a text in the languages that it has.
func each(t spatial.Text, fallback string, say func(lang, text string)) {
	if t.VI == "" && t.EN == "" {
		t.VI = fallback
	}
	if t.VI != "" {
		say("vi", t.VI)
	}
	if t.EN != "" {
		say("en", t.EN)
	}
}
