package arcgis

import (
	"cmp"
	"net/url"

	"gisd/api/page"
	"gisd/spatial"
	"gisd/tiles/styles"
)

// What clients find out about the server. The version is the one whose answers
// these are like.
const (
	version     = 10.91
	fullVersion = "10.9.1"
	// recordsMost bounds a page of features.
	recordsMost = 2000
)

func (r *request) info() error {
	return r.json(object{"currentVersion": version, "fullVersion": fullVersion, "authInfo": object{"isTokenBasedSecurity": false}})
}

// directory lists the services of what the caller may read.
func (r *request) directory() error {
	type line struct{ ID, Title, Features, Tiles string }
	var lines []line
	services := []object{}
	html := url.Values{"f": {"html"}}
	for _, c := range r.h.Catalogue.Collections(r.access) {
		if c.Version == 0 {
			continue
		}
		l := line{ID: c.ID, Title: r.titleOf(c)}
		if _, ok := geometryTypeOf(c.GeometryType); ok {
			services = append(services, object{"name": c.ID, "type": "FeatureServer"})
			l.Features = r.href(html, c.ID, "FeatureServer", "0")
		}
		if c.GeometryType != spatial.GeometryNone {
			services = append(services, object{"name": c.ID, "type": "VectorTileServer"})
			l.Tiles = r.href(html, c.ID, "VectorTileServer")
		}
		lines = append(lines, l)
	}
	if r.format == "html" {
		return page.Write(r.Context, r.h.services, r.lang, struct {
			page.Frame
			Services []line
		}{r.frame("ArcGIS REST", r.href(url.Values{"f": {"pjson"}}), nil), lines})
	}
	return r.json(object{"currentVersion": version, "folders": []string{}, "services": services})
}

func (r *request) frame(title, json string, crumbs []page.Crumb) page.Frame {
	return page.Frame{Lang: r.lang, Title: title, Base: r.h.Origin.Base(r.Request()), JSON: json, Crumbs: crumbs}
}

func (r *request) titleOf(c *spatial.Collection) string { return cmp.Or(c.Title.In(r.lang), c.ID) }

// describedPage shows a service to people.
func (r *request) describedPage(c *spatial.Collection, fields []field, query string, steps ...string) error {
	steps = append([]string{c.ID}, steps...)
	return page.Write(r.Context, r.h.layer, r.lang, struct {
		page.Frame
		Description, Address, Query string
		Fields                      []field
	}{
		r.frame(r.titleOf(c), r.href(url.Values{"f": {"pjson"}}, steps...), []page.Crumb{{Href: r.href(url.Values{"f": {"html"}}), Title: "ArcGIS REST"}}),
		c.Description.In(r.lang), r.href(nil, steps...), query, fields,
	})
}

// featureServer describes the service, which has one layer.
func (r *request) featureServer() error {
	l, err := r.layerOf("0")
	if err != nil {
		return err
	}
	if r.format == "html" {
		return r.describedPage(l.c, nil, "", "FeatureServer")
	}
	one := object{"id": 0, "name": r.titleOf(l.c), "parentLayerId": -1, "defaultVisibility": true, "subLayerIds": nil}
	layers, tables := []object{}, []object{}
	if name, _ := geometryTypeOf(l.c.GeometryType); name == "" {
		one["type"] = "Table"
		tables = append(tables, one)
	} else {
		one["type"], one["geometryType"] = "Feature Layer", name
		one["minScale"], one["maxScale"] = scaleOf(styles.Resolve(l.c, nil).MinZoom), 0
		layers = append(layers, one)
	}
	doc := object{
		"currentVersion": version, "serviceDescription": l.c.Description.In(r.lang), "description": l.c.Description.In(r.lang),
		"copyrightText": l.c.Attribution, "hasVersionedData": false, "supportsDisconnectedEditing": false, "syncEnabled": false,
		"maxRecordCount": recordsMost, "supportedQueryFormats": "JSON, geoJSON", "capabilities": "Query",
		"spatialReference": referenceOf(l.srid), "allowGeometryUpdates": false, "units": unitsOf(l.srid),
		"documentInfo": object{"Title": r.titleOf(l.c)}, "layers": layers, "tables": tables,
	}
	if e := extentIn(l.c.Extent, l.srid); e != nil {
		doc["initialExtent"], doc["fullExtent"] = e, e
	}
	return r.json(doc)
}

// layerOf finds the layer of the path; there is one, and its id is 0.
func (r *request) layerOf(id string) (*layer, error) {
	c, err := r.find()
	if err != nil {
		return nil, err
	}
	if id != "0" {
		return nil, spatial.NotFound("arcgis: layer", "The service has one layer, 0.")
	}
	return newLayer(c, r.lang)
}

func (r *request) describeLayer() error {
	l, doc, err := r.layerDocument(r.Param("layer"))
	if err != nil {
		return err
	}
	if r.format == "html" {
		first := r.href(url.Values{"where": {"1=1"}, "outFields": {"*"}, "resultRecordCount": {"10"}, "f": {"pjson"}}, l.c.ID, "FeatureServer", "0", "query")
		return r.describedPage(l.c, l.fields, first, "FeatureServer", "0")
	}
	return r.json(doc)
}

func (r *request) allLayers() error {
	l, doc, err := r.layerDocument("0")
	if err != nil {
		return err
	}
	layers, tables := []object{doc}, []object{}
	if l.c.GeometryType == spatial.GeometryNone {
		layers, tables = tables, layers
	}
	return r.json(object{"layers": layers, "tables": tables})
}

// layerDocument describes the layer: what may be asked of it, and how it is drawn.
func (r *request) layerDocument(id string) (*layer, object, error) {
	l, err := r.layerOf(id)
	if err != nil {
		return nil, nil, err
	}
	lists, err := r.addDomains(r.Request().Context(), l)
	if err != nil {
		return nil, nil, err
	}
	c := l.c
	doc := object{
		"currentVersion": version, "id": 0, "name": r.titleOf(c), "description": c.Description.In(r.lang), "copyrightText": c.Attribution,
		"type": "Table", "parentLayer": nil, "subLayers": nil, "defaultVisibility": true,
		"objectIdField": l.oid, "uniqueIdField": object{"name": l.oid, "isSystemMaintained": true}, "globalIdField": "", "typeIdField": "",
		"displayField": l.displayField(), "fields": l.fields, "indexes": []object{}, "types": []object{}, "templates": []object{}, "relationships": []object{},
		"capabilities": "Query", "maxRecordCount": recordsMost, "standardMaxRecordCount": recordsMost, "tileMaxRecordCount": recordsMost,
		"supportedQueryFormats": "JSON, geoJSON", "useStandardizedQueries": true, "supportsAdvancedQueries": true, "supportsStatistics": true,
		"supportsValidateSql": false, "supportsCoordinatesQuantization": false, "advancedQueryCapabilities": abilities(),
		"hasAttachments": false, "isDataVersioned": false, "hasStaticData": false, "htmlPopupType": "esriServerHTMLPopupTypeNone",
		"hasZ": c.Dimensions == spatial.XYZ || c.Dimensions == spatial.XYZM, "hasM": false, "allowGeometryUpdates": false,
		"editingInfo":             object{"lastEditDate": c.VersionAt.UnixMilli()},
		"dateFieldsTimeReference": object{"timeZone": "UTC", "respectsDaylightSaving": false},
	}
	if name, _ := geometryTypeOf(c.GeometryType); name != "" {
		style := styles.Resolve(c, lists)
		doc["type"], doc["geometryType"] = "Feature Layer", name
		doc["extent"], doc["sourceSpatialReference"] = extentIn(c.Extent, l.srid), referenceOf(l.srid)
		doc["minScale"], doc["maxScale"] = scaleOf(style.MinZoom), 0
		doc["drawingInfo"] = l.drawing(style, r.lang)
	}
	if f, ok := l.find(c.TimeField); ok && c.TimeField != "" {
		doc["timeInfo"] = object{"startTimeField": l.fields[f].Name, "endTimeField": nil, "trackIdField": nil,
			"timeReference": object{"timeZone": "UTC", "respectsDaylightSaving": false}}
	}
	return l, doc, nil
}

// abilities is what query can do beyond the least.
func abilities() object {
	return object{
		"supportsPagination": true, "supportsOrderBy": true, "supportsReturningQueryExtent": true, "supportsQueryWithDistance": true,
		"supportsSqlExpression": false, "supportsDistinct": true, "supportsStatistics": true, "supportsHavingClause": false,
		"supportsQueryWithResultType": false, "supportsReturningGeometryCentroid": false, "supportsTopFeaturesQuery": false,
		"supportsPaginationOnAggregatedQueries": true, "supportsQueryAttachments": false, "supportsAdvancedQueryRelated": false,
	}
}

// displayField is what names a feature for people.
func (l *layer) displayField() string {
	if i, ok := l.find(l.c.SearchField); ok && l.c.SearchField != "" {
		return l.fields[i].Name
	}
	for _, f := range l.fields {
		if f.Type == typeString {
			return f.Name
		}
	}
	return l.oid
}
