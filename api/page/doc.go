// Package page is the frame of the HTML pages that people see beside the web
// map: one layout, one style sheet, and the reference page of an OpenAPI
// document. It works with no script and no network. No coordinates are handled
// here.
package page
