package ogc

import (
	"gisd/api/negotiate"
	"gisd/api/ogc/attach"
)

// addAttachments describes photos and documents of features, by one path for all
// collections; how they are added and taken away, to those who may change one.
func (r *request) addAttachments(paths, parameters, responses, schemas object) {
	if r.h.Attachments == nil {
		return
	}
	collection, feature, attachment := ref("parameters", "collectionId"), ref("parameters", "featureId"), ref("parameters", "attachmentId")
	list := get("getAttachments", "Attachments", "Photos and documents of a feature", "attachments", collection, feature)
	file := get("getAttachment", "Attachments", "One file of a feature", "attachment", collection, feature, attachment)
	paths["/collections/{collectionId}/items/{featureId}/attachments"] = list
	paths["/collections/{collectionId}/items/{featureId}/attachments/{attachmentId}"] = file
	parameters["attachmentId"] = object{
		"name": "attachmentId", "in": "path", "required": true, "description": "The id of the attachment.", "schema": object{"type": "string"},
	}
	binary := object{"type": "string", "format": "binary"}
	files := object{}
	for _, t := range attach.Types() {
		files[t] = object{"schema": binary}
	}
	responses["attachments"] = object{"description": "The attachments, the oldest first.", "content": object{negotiate.TypeJSON: object{"schema": ref("schemas", "attachments")}}}
	responses["attachment"] = object{"description": "The file; ranges of it are served.", "content": files}
	text, links := object{"type": "string"}, object{"type": "array", "items": ref("schemas", "link")}
	schemas["attachments"] = object{"type": "object", "required": []string{"attachments", "links"}, "properties": object{
		"links": links,
		"attachments": object{"type": "array", "items": object{
			"type": "object", "required": []string{"id", "name", "type", "bytes", "sha256", "createdAt", "links"},
			"properties": object{
				"id": text, "name": text, "type": text, "bytes": object{"type": "integer"}, "sha256": text, "createdBy": text, "links": links,
				"takenAt": object{"type": "string", "format": "date-time"}, "createdAt": object{"type": "string", "format": "date-time"},
				"place": object{"type": "array", "minItems": 2, "maxItems": 2, "items": object{"type": "number"}},
			},
		}},
	}}
	if r.h.Editor == nil || !r.editsSomething() {
		return
	}
	content := object{typeMultipart: object{"schema": object{"type": "object", "properties": object{"file": object{"type": "array", "items": binary}}}}}
	for t, of := range files {
		content[t] = of
	}
	list["post"] = object{
		"operationId": "addAttachments", "tags": []string{"Attachments"}, "summary": "Attach photos and documents to a feature",
		"parameters": []object{collection, feature}, "requestBody": object{"required": true, "content": content},
		"responses": object{"201": ref("responses", "attachments"), "default": ref("responses", "problem")},
	}
	file["delete"] = object{
		"operationId": "deleteAttachment", "tags": []string{"Attachments"}, "summary": "Take a file away from a feature",
		"parameters": []object{collection, feature, attachment},
		"responses":  object{"204": ref("responses", "changed"), "default": ref("responses", "problem")},
	}
}

// editsSomething tells whether the caller may change any collection.
func (r *request) editsSomething() bool {
	for _, c := range r.h.Catalogue.Collections(r.access) {
		if r.access.CanEdit(c) {
			return true
		}
	}
	return false
}
