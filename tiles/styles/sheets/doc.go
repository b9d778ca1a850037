// Package sheets writes the style of a collection for desktop programs, as QML of
// QGIS and as SLD, and reads theirs. Sizes are CSS pixels, angles degrees
// clockwise from north; scale denominators stand for zooms at the equator.
package sheets
