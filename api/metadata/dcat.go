package metadata

import (
	"fmt"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// TypeJSONLD is the media type of DCAT and of schema.org here.
const TypeJSONLD = "application/ld+json"

const accessRights = "http://publications.europa.eu/resource/authority/access-right/"

func dcatContext() object {
	return object{
		"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
		"rdfs": "http://www.w3.org/2000/01/rdf-schema#", "vcard": "http://www.w3.org/2006/vcard/ns#", "spdx": "http://spdx.org/rdf/terms#",
		"xsd": "http://www.w3.org/2001/XMLSchema#", "geosparql": "http://www.opengis.net/ont/geosparql#", "prov": "http://www.w3.org/ns/prov#",
	}
}

// DCAT is the catalogue of the resources in JSON-LD (DCAT 3, DCAT-AP 3). self is its
// address.
func DCAT(self string, resources []Resource) map[string]any {
	datasets := []object{}
	changed := time.Time{}
	for _, r := range resources {
		datasets = append(datasets, r.dataset())
		if at := r.updated(); at.After(changed) {
			changed = at
		}
	}
	doc := object{
		"@context": dcatContext(), "@id": self, "@type": "dcat:Catalog", "dct:title": texts(CatalogueTitle, ""), "dct:description": texts(CatalogueDescription, ""),
		"dct:language": []object{euLanguage("VIE"), euLanguage("ENG")}, "dcat:dataset": datasets, "dct:publisher": agent("gisd"),
	}
	if !changed.IsZero() {
		doc["dct:modified"] = moment(changed)
	}
	return doc
}

func texts(t spatial.Text, fallback string) []object {
	var out []object
	each(t, fallback, func(lang, text string) { out = append(out, object{"@value": text, "@language": lang}) })
	return out
}

func euLanguage(code string) object {
	return object{"@id": "http://publications.europa.eu/resource/authority/language/" + code}
}

func agent(name string) object { return object{"@type": "foaf:Agent", "foaf:name": name} }

func moment(t time.Time) object {
	return object{"@type": "xsd:dateTime", "@value": t.UTC().Format(time.RFC3339)}
}

// dataset is the collection as a dcat:Dataset.
func (r Resource) dataset() object {
	c := r.Collection
	d := object{
		"@id": r.Href(RecordPath(c.ID), nil), "@type": "dcat:Dataset", "dct:identifier": c.ID, "dct:title": texts(c.Title, c.ID),
		"dct:description": texts(c.Description, r.Title()), "dct:modified": moment(r.updated()), "dct:language": []object{euLanguage("VIE")},
		"dcat:landingPage": object{"@id": r.page()}, "dct:accessRights": object{"@id": accessRights + rights(c)}, "dcat:distribution": r.distributions(),
	}
	if !c.CreatedAt.IsZero() {
		d["dct:issued"] = moment(c.CreatedAt)
	}
	if len(c.Keywords) > 0 {
		d["dcat:keyword"] = c.Keywords
	}
	if c.Department != "" {
		d["dct:publisher"] = agent(c.Department)
		d["dcat:contactPoint"] = object{"@type": "vcard:Organization", "vcard:fn": c.Department}
	}
	if c.Attribution != "" {
		d["dct:rightsHolder"] = agent(c.Attribution)
	}
	if e, ok := r.box(); ok {
		d["dct:spatial"] = object{"@type": "dct:Location", "dcat:bbox": object{"@type": "geosparql:wktLiteral", "@value": wkt(e)}}
	}
	if uri := r.system(); uri != "" {
		d["dct:conformsTo"] = object{"@id": uri, "@type": "dct:Standard"}
	}
	if v, ok := r.current(); ok {
		d["dcat:version"] = fmt.Sprint(v.Version)
		if v.SourceName != "" {
			d["dct:provenance"] = object{"@type": "dct:ProvenanceStatement", "rdfs:label": fmt.Sprintf("%s, SHA-256 %s, %s", v.SourceName, v.SourceSHA256, v.CRS)}
		}
	}
	return d
}

func wkt(e spatial.Envelope) string {
	return fmt.Sprintf("POLYGON((%[1]v %[2]v,%[3]v %[2]v,%[3]v %[4]v,%[1]v %[4]v,%[1]v %[2]v))", e.MinX, e.MinY, e.MaxX, e.MaxY)
}

// rights is the code of the EU's list of access rights.
func rights(c *spatial.Collection) string {
	switch {
	case !c.Published:
		return "NON_PUBLIC"
	case c.Visibility == spatial.VisibilityPublic:
		return "PUBLIC"
	}
	return "RESTRICTED"
}

// distributions are the ways to the data: the API, and a file in each format.
func (r Resource) distributions() []object {
	of := func(title, address, mediaType string) object {
		d := object{
			"@type": "dcat:Distribution", "dct:title": title, "dcat:accessURL": object{"@id": r.page()}, "dcat:downloadURL": object{"@id": address},
			"dcat:mediaType": object{"@id": "https://www.iana.org/assignments/media-types/" + mediaType},
		}
		switch id, link := r.licence(); {
		case link != "":
			d["dct:license"] = object{"@id": link}
		case id != "":
			d["dct:rights"] = object{"@type": "dct:RightsStatement", "rdfs:label": r.Collection.Licence}
		}
		return d
	}
	all := []object{of("GeoJSON", r.format(r.items(), "json"), negotiate.TypeGeoJSON)}
	for _, f := range r.Formats {
		all = append(all, of(f.Name, r.format(r.items(), f.Name), f.Type))
	}
	return all
}
