// Package icons draws the icons of styles: the sheet of sprites that MapLibre
// loads, and SVG documents for QML and SLD. Sizes are CSS pixels; paths are on a
// grid of 24 units, y down.
package icons
