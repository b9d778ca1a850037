package wfs

import (
	"encoding/xml"
	"strings"
)

// filter is what of a filter in XML is understood (OGC 09-026r2 §7.8.3.2, §7.11.2): one
// box, or ids. Programs send these where a parameter would do.
type filter struct {
	XMLName xml.Name
	BBOX    *struct {
		Envelope struct {
			System string `xml:"srsName,attr"`
			Lower  string `xml:"lowerCorner"`
			Upper  string `xml:"upperCorner"`
		}
	}
	IDs []struct {
		ID string `xml:"rid,attr"`
	} `xml:"ResourceId"`
	Others []struct{ XMLName xml.Name } `xml:",any"`
}

// readFilter takes a filter for the parameters that say the same.
func (r *request) readFilter() {
	text := r.values["filter"]
	if text == "" {
		return
	}
	var f filter
	err := xml.Unmarshal([]byte(text), &f)
	if err != nil || f.XMLName.Local != "Filter" || len(f.Others) > 0 || (f.BBOX == nil) == (len(f.IDs) == 0) {
		r.fault("filter", "is not done by this server; use bbox, resourceId or OGC API - Features")
		return
	}
	if f.BBOX != nil {
		e := f.BBOX.Envelope
		r.values["bbox"] = strings.Join(strings.Fields(e.Lower+" "+e.Upper), ",")
		if e.System != "" {
			r.values["bbox"] += "," + e.System
		}
		return
	}
	ids := make([]string, len(f.IDs))
	for i := range f.IDs {
		ids[i] = f.IDs[i].ID
	}
	r.values["resourceid"] = strings.Join(ids, ",")
}
