// Package imports serves /imports: files and addresses that the server imports by
// itself. It handles no coordinates.
package imports
