package wfs

import (
	"net/http"
	"strings"

	"gisd/spatial"
)

// describe answers with the schema of types (OGC 09-025r2 §9), of all without names.
func (r *request) describe() error {
	all := r.published()
	if names := r.typeNames(); names != "" {
		all = nil
		for name := range strings.SplitSeq(names, ",") {
			c, err := r.find(strings.TrimSpace(name))
			if err != nil {
				return err
			}
			all = append(all, c)
		}
	}
	var d document
	d.raw(`<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:` + prefix + `="` + namespace +
		`" targetNamespace="` + namespace + `" elementFormDefault="qualified" version="1.0">` +
		`<xsd:import namespace="http://www.opengis.net/gml/3.2" schemaLocation="http://schemas.opengis.net/gml/3.2.1/gml.xsd"/>`)
	for _, c := range all {
		schemaOf(&d, c, r.lang)
	}
	d.raw(`</xsd:schema>`)
	return r.Blob(http.StatusOK, typeGML, d.bytes())
}

// typeNames is the parameter under either of its names.
func (r *request) typeNames() string {
	if names := r.values["typenames"]; names != "" {
		return names
	}
	return r.values["typename"]
}

func schemaOf(d *document, c *spatial.Collection, lang string) {
	d.raw(`<xsd:element name="`).raw(c.ID).raw(`" type="` + prefix + `:`).raw(c.ID).raw(`Type" substitutionGroup="gml:AbstractFeature"/>`)
	d.raw(`<xsd:complexType name="`).raw(c.ID).raw(`Type"><xsd:complexContent><xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>`)
	if c.GeometryType != spatial.GeometryNone {
		d.raw(`<xsd:element name="` + geometryName + `" type="gml:`).raw(geometryProperty(c.GeometryType)).raw(`" minOccurs="0"/>`)
	}
	for _, f := range c.Fields {
		d.raw(`<xsd:element name="`).raw(f.Column).raw(`" type="xsd:`).raw(xsdType(f.Type)).raw(`" minOccurs="0" nillable="true">`)
		if title := f.Title.In(lang); title != "" {
			d.raw(`<xsd:annotation><xsd:documentation>`).text(title).raw(`</xsd:documentation></xsd:annotation>`)
		}
		d.raw(`</xsd:element>`)
	}
	d.raw(`</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>`)
}

func geometryProperty(t spatial.GeometryType) string {
	switch t {
	case spatial.GeometryPoint:
		return "PointPropertyType"
	case spatial.GeometryMultiPoint:
		return "MultiPointPropertyType"
	case spatial.GeometryLineString:
		return "CurvePropertyType"
	case spatial.GeometryMultiLineString:
		return "MultiCurvePropertyType"
	case spatial.GeometryPolygon:
		return "SurfacePropertyType"
	case spatial.GeometryMultiPolygon:
		return "MultiSurfacePropertyType"
	}
	return "GeometryPropertyType"
}

func xsdType(t spatial.FieldType) string {
	switch t {
	case spatial.FieldInteger:
		return "long"
	case spatial.FieldNumber:
		return "double"
	case spatial.FieldBoolean:
		return "boolean"
	case spatial.FieldDate:
		return "date"
	case spatial.FieldDateTime:
		return "dateTime"
	}
	return "string"
}
