// Package dxf reads and writes AutoCAD's drawing interchange format, ASCII and
// binary, R12 to 2018, streaming.
//
// Coordinates are x first (easting, northing) in the drawing's world coordinate
// system, taken as metres; a drawing that declares millimetres, centimetres,
// kilometres, inches or feet is scaled into metres only where the scaled
// coordinates then look like a map's and the unscaled do not, and the schema's
// notes say which was done. Entities in an object coordinate system (an
// extrusion direction) are brought into the world system by the arbitrary axis
// algorithm. A DXF names no reference system, except in a GEODATA object.
//
// Each CAD layer with entities is a layer; "entities" has all of them with a
// field "layer", and what stands on layouts is the layer "paper space", in
// units of the sheet. What differs from GDAL 3.6 on purpose:
//
//   - closed polylines, circles, full ellipses and closed splines are polygons;
//   - a HATCH of several islands is a MultiPolygon by nesting of its loops and
//     its hatch style, with edges chained by their ends;
//   - arcs keep within 1 mm of the curve, see curve.go;
//   - the attributes of an INSERT are properties of what it inserts.
//
// As in GDAL the geometry of an INSERT is one feature, with its texts and
// attributes as features beside it; polygons of several of its entities are a
// GeometryCollection, because they may overlap. Each entity in the picture of a
// DIMENSION is a feature. Arrowheads and blocks of leaders are not drawn, nor are
// tables, images, viewports and solids in ACIS form.
package dxf
