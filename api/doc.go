// Package api is the web server: router, middleware and the server's life. What
// is served is registered by the packages below it; cmd/gisd puts them
// together.
//
// No coordinates are handled here.
package api
