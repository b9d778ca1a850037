package wfs

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gisd/api/metadata"
	"gisd/spatial"
)

// countMost is the size of a page, and what a request without count gets.
const countMost = 5000

const namespaces = ` xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:fes="http://www.opengis.net/fes/2.0"` +
	` xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
	` xmlns:` + prefix + `="` + namespace + `"`

// capabilities describes the service and its types (OGC 09-025r2 §8).
func (r *request) capabilities() error {
	if accepted := r.values["acceptversions"]; accepted != "" && !strings.Contains(accepted, "2.0") {
		return invalid("acceptVersions", "must be 2.0.0")
	}
	var d document
	d.raw(`<wfs:WFS_Capabilities version="2.0.0"`).raw(namespaces).
		raw(` xsi:schemaLocation="http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd">`)
	d.raw(`<ows:ServiceIdentification><ows:Title>`).text(metadata.CatalogueTitle.In(r.lang)).raw(`</ows:Title><ows:Abstract>`).
		text(metadata.CatalogueDescription.In(r.lang)).
		raw(`</ows:Abstract><ows:ServiceType>WFS</ows:ServiceType><ows:ServiceTypeVersion>2.0.0</ows:ServiceTypeVersion>`).
		raw(`<ows:Fees>NONE</ows:Fees><ows:AccessConstraints>NONE</ows:AccessConstraints></ows:ServiceIdentification>`).
		raw(`<ows:ServiceProvider><ows:ProviderName>gisd</ows:ProviderName><ows:ServiceContact/></ows:ServiceProvider>`)
	r.operations(&d)
	d.raw(`<wfs:FeatureTypeList>`)
	for _, c := range r.published() {
		r.featureType(&d, c)
	}
	d.raw(`</wfs:FeatureTypeList>`)
	abilities(&d)
	d.raw(`</wfs:WFS_Capabilities>`)
	return r.Blob(http.StatusOK, typeXML, d.bytes())
}

func (r *request) operations(d *document) {
	d.raw(`<ows:OperationsMetadata>`)
	parameters := map[string]string{
		"GetCapabilities":     values("AcceptVersions", "2.0.0") + values("AcceptFormats", "text/xml"),
		"DescribeFeatureType": values("outputFormat", typeGML),
		"GetFeature":          values("resultType", "results", "hits") + values("outputFormat", typeGML) + constraint("CountDefault", strconv.Itoa(countMost)),
	}
	for _, name := range []string{"GetCapabilities", "DescribeFeatureType", "GetFeature", "ListStoredQueries", "DescribeStoredQueries"} {
		d.raw(`<ows:Operation name="`).raw(name).raw(`"><ows:DCP><ows:HTTP><ows:Get xlink:href="`).text(r.href(nil)).
			raw(`"/></ows:HTTP></ows:DCP>`).raw(parameters[name]).raw(`</ows:Operation>`)
	}
	d.raw(values("version", "2.0.0"))
	for _, name := range []string{"KVPEncoding", "ImplementsResultPaging"} {
		d.raw(constraint(name, "TRUE"))
	}
	for _, name := range []string{
		"ImplementsBasicWFS", "ImplementsTransactionalWFS", "ImplementsLockingWFS", "XMLEncoding", "SOAPEncoding", "ImplementsInheritance",
		"ImplementsRemoteResolve", "ImplementsStandardJoins", "ImplementsSpatialJoins", "ImplementsTemporalJoins", "ImplementsFeatureVersioning",
		"ManageStoredQueries", "PagingIsTransactionSafe",
	} {
		d.raw(constraint(name, "FALSE"))
	}
	d.raw(`<ows:Constraint name="QueryExpressions"><ows:AllowedValues><ows:Value>wfs:Query</ows:Value><ows:Value>wfs:StoredQuery</ows:Value></ows:AllowedValues></ows:Constraint>`)
	d.raw(`</ows:OperationsMetadata>`)
}

func values(name string, allowed ...string) string {
	return `<ows:Parameter name="` + name + `"><ows:AllowedValues><ows:Value>` + strings.Join(allowed, `</ows:Value><ows:Value>`) + `</ows:Value></ows:AllowedValues></ows:Parameter>`
}

func constraint(name, value string) string {
	return `<ows:Constraint name="` + name + `"><ows:NoValues/><ows:DefaultValue>` + value + `</ows:DefaultValue></ows:Constraint>`
}

func (r *request) featureType(d *document, c *spatial.Collection) {
	d.raw(`<wfs:FeatureType><wfs:Name>` + prefix + `:`).text(c.ID).raw(`</wfs:Name><wfs:Title>`).text(titleOf(c, r.lang)).raw(`</wfs:Title><wfs:Abstract>`).
		text(c.Description.In(r.lang)).raw(`</wfs:Abstract>`)
	if len(c.Keywords) > 0 {
		d.raw(`<ows:Keywords>`)
		for _, k := range c.Keywords {
			d.raw(`<ows:Keyword>`).text(k).raw(`</ows:Keyword>`)
		}
		d.raw(`</ows:Keywords>`)
	}
	if c.GeometryType == spatial.GeometryNone {
		d.raw(`<wfs:NoCRS/>`)
	} else {
		d.raw(`<wfs:DefaultCRS>`).raw(defaultSystem(c).name).raw(`</wfs:DefaultCRS>`)
		for _, name := range otherSystems(c) {
			d.raw(`<wfs:OtherCRS>`).raw(name).raw(`</wfs:OtherCRS>`)
		}
	}
	d.raw(`<wfs:OutputFormats><wfs:Format>` + typeGML + `</wfs:Format></wfs:OutputFormats>`)
	if e := c.Extent; !e.Empty() && c.FeatureCount != 0 {
		if e.MinX > e.MaxX {
			e.MinX, e.MaxX = -180, 180
		}
		d.raw(`<ows:WGS84BoundingBox><ows:LowerCorner>`).number(e.MinX, 9).raw(" ").number(e.MinY, 9).raw(`</ows:LowerCorner><ows:UpperCorner>`).
			number(e.MaxX, 9).raw(" ").number(e.MaxY, 9).raw(`</ows:UpperCorner></ows:WGS84BoundingBox>`)
	}
	d.raw(`</wfs:FeatureType>`)
}

// abilities says which filters there are: by id, by box, and by comparisons.
func abilities(d *document) {
	d.raw(`<fes:Filter_Capabilities><fes:Conformance>`)
	of := func(name, value string) {
		d.raw(`<fes:Constraint name="` + name + `"><ows:NoValues/><ows:DefaultValue>` + value + `</ows:DefaultValue></fes:Constraint>`)
	}
	of("ImplementsQuery", "TRUE")
	of("ImplementsAdHocQuery", "TRUE")
	for _, name := range []string{"ImplementsFunctions", "ImplementsResourceId", "ImplementsMinStandardFilter", "ImplementsStandardFilter", "ImplementsMinSpatialFilter",
		"ImplementsSpatialFilter", "ImplementsMinTemporalFilter", "ImplementsTemporalFilter", "ImplementsVersionNav", "ImplementsSorting", "ImplementsExtendedOperators",
		"ImplementsMinimumXPath", "ImplementsSchemaElementFunc"} {
		switch name {
		case "ImplementsSorting", "ImplementsResourceId", "ImplementsMinStandardFilter", "ImplementsStandardFilter", "ImplementsMinSpatialFilter":
			of(name, "TRUE")
		default:
			of(name, "FALSE")
		}
	}
	d.raw(`</fes:Conformance><fes:Id_Capabilities><fes:ResourceIdentifier name="fes:ResourceId"/></fes:Id_Capabilities>`)
	d.raw(`<fes:Scalar_Capabilities><fes:LogicalOperators/><fes:ComparisonOperators>`)
	for _, name := range []string{"EqualTo", "NotEqualTo", "LessThan", "GreaterThan", "LessThanOrEqualTo", "GreaterThanOrEqualTo", "Like", "Null", "Nil", "Between"} {
		d.raw(`<fes:ComparisonOperator name="PropertyIs` + name + `"/>`)
	}
	d.raw(`</fes:ComparisonOperators></fes:Scalar_Capabilities><fes:Spatial_Capabilities><fes:GeometryOperands><fes:GeometryOperand name="gml:Envelope"/>`)
	d.raw(`</fes:GeometryOperands><fes:SpatialOperators><fes:SpatialOperator name="BBOX"/></fes:SpatialOperators></fes:Spatial_Capabilities></fes:Filter_Capabilities>`)
}

// byID is the stored query that every service has (OGC 09-025r2 §7.9.3.6).
const byID = "urn:ogc:def:query:OGC-WFS::GetFeatureById"

func (r *request) listStoredQueries() error {
	var d document
	d.raw(`<wfs:ListStoredQueriesResponse`).raw(namespaces).raw(`><wfs:StoredQuery id="` + byID + `"><wfs:Title>GetFeatureById</wfs:Title>`)
	for _, c := range r.published() {
		d.raw(`<wfs:ReturnFeatureType>` + prefix + `:`).text(c.ID).raw(`</wfs:ReturnFeatureType>`)
	}
	d.raw(`</wfs:StoredQuery></wfs:ListStoredQueriesResponse>`)
	return r.Blob(http.StatusOK, typeXML, d.bytes())
}

func (r *request) describeStoredQueries() error {
	if id := r.values["storedquery_id"]; id != "" && id != byID {
		return invalid("storedQuery_id", "must be "+byID)
	}
	var d document
	d.raw(`<wfs:DescribeStoredQueriesResponse`).raw(namespaces).raw(` xmlns:xsd="http://www.w3.org/2001/XMLSchema"><wfs:StoredQueryDescription id="` + byID +
		`"><wfs:Title>GetFeatureById</wfs:Title><wfs:Parameter name="ID" type="xsd:string"/>`).
		raw(`<wfs:QueryExpressionText isPrivate="true" language="urn:ogc:def:queryLanguage:OGC-WFS::WFSQueryExpression" returnFeatureTypes=""/>`).
		raw(`</wfs:StoredQueryDescription></wfs:DescribeStoredQueriesResponse>`)
	return r.Blob(http.StatusOK, typeXML, d.bytes())
}

// schemaHref is where the schema of a type is.
func (r *request) schemaHref(c *spatial.Collection) string {
	return r.href(url.Values{"service": {"WFS"}, "version": {"2.0.0"}, "request": {"DescribeFeatureType"}, "typeNames": {prefix + ":" + c.ID}})
}
