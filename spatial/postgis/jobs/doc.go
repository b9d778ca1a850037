// Package jobs is the queue of imports that servers do by themselves. No
// coordinates are handled here.
package jobs
