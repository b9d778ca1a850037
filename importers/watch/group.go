package watch

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// family is a format in several files: the ending that stands for all, those it
// needs, and those that go with it.
type family struct {
	main  string
	needs []string
	with  []string
}

func families() []family {
	return []family{
		{".shp", []string{".shx", ".dbf"}, []string{".prj", ".cpg", ".qpj", ".qix", ".qmd", ".sbn", ".sbx", ".shp.xml", ".idm", ".ind", ".cst", ".dbt", ".fpt"}},
		{".tab", []string{".dat"}, []string{".map", ".id", ".ind"}},
		{".mif", nil, []string{".mid"}},
		{".gml", nil, []string{".gfs", ".xsd"}},
		{".csv", nil, []string{".csvt", ".prj"}},
	}
}

// group puts together what belongs together.
func (w *watcher) group() []Item {
	byStem := map[string][]string{}
	for name := range w.seen {
		stem, _ := cut(name)
		byStem[stem] = append(byStem[stem], name)
	}
	var items []Item
	for _, names := range byStem {
		slices.Sort(names)
		rest := names
		for _, f := range families() {
			var item Item
			if item, rest = w.collect(f, rest); item.Name != "" {
				items = append(items, item)
			}
		}
		for _, name := range rest {
			items = append(items, w.item(name))
		}
	}
	return items
}

func (w *watcher) item(name string) Item {
	path := filepath.Join(w.c.Dir, name)
	return Item{Name: name, Path: path, Parts: []string{path}}
}

// cut splits a name at its first dot after the beginning, in lower case:
// "Plan.shp.xml" is plan and .shp.xml.
func cut(name string) (stem, ending string) {
	lower := strings.ToLower(name)
	for _, double := range []string{".shp.xml"} {
		if s, ok := strings.CutSuffix(lower, double); ok {
			return s, double
		}
	}
	ending = filepath.Ext(lower)
	return strings.TrimSuffix(lower, ending), ending
}

// collect takes the files of one family out of those of one stem. Parts that came
// before the main file wait for it: a family counts from its first needed part.
func (w *watcher) collect(f family, names []string) (item Item, rest []string) {
	have := map[string]string{}
	for _, name := range names {
		if _, ending := cut(name); !w.seen[name].folder {
			have[ending] = name
		}
	}
	name, ok := have[f.main]
	begun := slices.ContainsFunc(f.needs, func(e string) bool { return have[e] != "" })
	if !ok && (!begun || f.main != ".shp") {
		return Item{}, names
	}
	if !ok { // the .dbf or .shx is there first
		name = cmp.Or(have[".dbf"], have[".shx"])
	}
	item = w.item(name)
	item.Parts = nil
	if !ok {
		item.Missing = []string{f.main}
	}
	for _, e := range f.needs {
		if have[e] == "" {
			item.Missing = append(item.Missing, e)
		}
	}
	belongs := append(append([]string{f.main}, f.needs...), f.with...)
	for _, n := range names {
		if _, ending := cut(n); slices.Contains(belongs, ending) {
			item.Parts = append(item.Parts, filepath.Join(w.c.Dir, n))
		} else {
			rest = append(rest, n)
		}
	}
	return item, rest
}

// complete tells whether nothing about an item changes any more. One that lacks
// parts is given more time; a table without its shapes is whole after that.
func (w *watcher) complete(i *Item, now time.Time) bool {
	var newest time.Time
	fresh := false
	for _, p := range i.Parts {
		s := w.seen[filepath.Base(p)]
		fresh = fresh || !s.taken
		if s.since.After(newest) {
			newest = s.since
		}
	}
	wait := w.c.Stable
	if len(i.Missing) > 0 {
		wait = w.c.Patience
	}
	if !fresh || now.Sub(newest) < wait {
		return false
	}
	if strings.EqualFold(filepath.Ext(i.Name), ".dbf") {
		i.Missing = nil
	}
	return true
}
