package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestAttachmentsOverHTTP: files of a form come back by links, in ranges, as files.
func TestAttachmentsOverHTTP(t *testing.T) {
	t.Parallel()
	e := newEditor(t, nil)
	const png = "\x89PNG\r\n\x1a\n0123456789"
	form := "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nx\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"vết nứt.png\"\r\nContent-Type: text/html\r\n\r\n" + png + "\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"permit.pdf\"\r\n\r\n%PDF-1.7\r\n--b--\r\n"
	e.want(e.send("POST", "/items/B.1/attachments", form, "Content-Type", "multipart/form-data; boundary=b"), 201, "a form")
	one := e.want(e.send("POST", "/items/B.1/attachments", png, "Content-Type", "image/png", "Content-Disposition", `attachment; filename="b.png"`), 201, "a body")
	e.want(e.send("POST", "/items/B.1/attachments", "<html>", "Content-Type", "image/png"), 415, "a page that says it is a photo")
	e.want(e.send("POST", "/items/B.1/attachments", "--b--\r\n", "Content-Type", "multipart/form-data; boundary=b"), 400, "a form without files")

	e.call = e.others["anonymous"]
	e.want(e.send("POST", "/items/B.1/attachments", png, "Content-Type", "image/png"), 401, "by nobody")
	var feature struct {
		Links []struct{ Href, Rel, Type, Title string }
	}
	if err := json.Unmarshal([]byte(e.send("GET", "/items/B.1", "").body), &feature); err != nil {
		t.Fatal(err)
	}
	var titles []string
	photo := ""
	for _, l := range feature.Links {
		if l.Rel == "enclosure" {
			titles = append(titles, l.Title+" "+l.Type)
			if photo == "" {
				photo = l.Href
			}
		}
	}
	if got := strings.Join(titles, ", "); got != "vết nứt.png image/png, permit.pdf application/pdf, b.png image/png" {
		t.Errorf("links: %s", got)
	}
	whole := e.want(e.send("GET", photo, ""), 200, "the photo")
	tag := whole.header.Get("ETag")
	if whole.body != png || whole.header.Get("Content-Type") != "image/png" || !strings.HasPrefix(whole.header.Get("Content-Disposition"), "attachment;") ||
		whole.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%q %v", whole.body, whole.header)
	}
	if part := e.want(e.send("GET", photo, "", "Range", "bytes=8-9", "If-Range", tag), 206, "a range"); part.body != "01" {
		t.Errorf("range: %q", part.body)
	}
	e.want(e.send("GET", photo, "", "If-None-Match", tag), 304, "as it is known")
	e.want(e.send("GET", photo, "", "Range", "bytes=99-"), 200, "a range behind the end")
	e.want(e.send("GET", photo, "", "If-Match", `"x"`), 412, "another one")
	if list := e.want(e.send("GET", "/items/B.1/attachments", ""), 200, "the list"); strings.Contains(list.body, "createdBy") || strings.Count(list.body, `"sha256"`) != 3 {
		t.Errorf("list: %s", list.body)
	}
	e.want(e.send("DELETE", photo, ""), 401, "by nobody")

	e.call = e.others["editor"]
	location := one.header.Get("Location")
	e.want(e.send("DELETE", location, ""), 204, "delete")
	e.want(e.send("GET", location, ""), 404, "what was deleted")
	e.want(e.send("DELETE", "/items/B.1", ""), 204, "delete the feature")
	e.want(e.send("GET", photo, ""), 404, "of a feature that is gone")
}
