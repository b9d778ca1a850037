// Package jobs runs imports in the server: a queue, what was uploaded for it, and
// the imports under way. It handles no coordinates; the work itself is handed in.
//
// The queue is the store's, so that it survives a restart. A job belongs to the
// node that holds its files:
//
//	DIR/node                 the node's name, locked while it runs
//	DIR/ID/content/…         what was uploaded, until the job has ended
//	DIR/ID/rejected.csv      with rejected.geojson, as long as the job is known
package jobs
