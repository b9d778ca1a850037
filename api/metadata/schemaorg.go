package metadata

import (
	"fmt"
	"time"

	"gisd/api/negotiate"
	"gisd/spatial"
)

// SchemaOrg is the collection as a Dataset of schema.org in JSON-LD, for the pages
// that search engines of data sets read.
func (r Resource) SchemaOrg() map[string]any {
	c := r.Collection
	d := object{
		"@context": "https://schema.org/", "@type": "Dataset", "@id": r.Href(RecordPath(c.ID), nil), "identifier": c.ID, "name": r.Title(),
		"description": r.Title(), "url": r.page(), "inLanguage": "vi", "dateModified": r.updated().UTC().Format(time.RFC3339),
		"isAccessibleForFree": c.Published && c.Visibility == spatial.VisibilityPublic, "distribution": r.downloads(),
		"includedInDataCatalog": object{"@type": "DataCatalog", "name": r.in(CatalogueTitle), "url": r.Href("/records", nil)},
	}
	if text := r.in(c.Description); text != "" {
		d["description"] = text
	}
	if !c.CreatedAt.IsZero() {
		d["dateCreated"] = c.CreatedAt.UTC().Format(time.RFC3339)
	}
	if len(c.Keywords) > 0 {
		d["keywords"] = c.Keywords
	}
	switch id, link := r.licence(); {
	case link != "":
		d["license"] = link
	case id != "":
		d["license"] = c.Licence
	}
	if c.Department != "" {
		d["creator"] = object{"@type": "Organization", "name": c.Department}
	}
	if c.Attribution != "" {
		d["creditText"] = c.Attribution
	}
	if e, ok := r.box(); ok {
		d["spatialCoverage"] = object{"@type": "Place", "geo": object{"@type": "GeoShape", "box": fmt.Sprintf("%v %v %v %v", e.MinY, e.MinX, e.MaxY, e.MaxX)}}
	}
	var variables []object
	for _, f := range c.Fields {
		v := object{"@type": "PropertyValue", "name": f.Name}
		if title := r.in(f.Title); title != "" {
			v["description"] = title
		}
		if f.Unit != "" {
			v["unitText"] = f.Unit
		}
		variables = append(variables, v)
	}
	if variables != nil {
		d["variableMeasured"] = variables
	}
	return d
}

func (r Resource) downloads() []object {
	all := []object{{"@type": "DataDownload", "name": "GeoJSON", "encodingFormat": negotiate.TypeGeoJSON, "contentUrl": r.format(r.items(), "json")}}
	for _, f := range r.Formats {
		all = append(all, object{"@type": "DataDownload", "name": f.Name, "encodingFormat": f.Type, "contentUrl": r.format(r.items(), f.Name)})
	}
	return all
}
