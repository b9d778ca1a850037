package ogc

import (
	"gisd/api/negotiate"
	"gisd/spatial"
)

// addEdits describes changes in the paths of a collection that the caller may
// change; others read shorter documents.
func (r *request) addEdits(paths object, c *spatial.Collection) {
	if r.h.Editor == nil || !r.access.CanEdit(c) {
		return
	}
	method := func(id, summary string, success string, types []string, params ...object) object {
		op := object{
			"operationId": id + "." + c.ID, "tags": []string{r.titleOf(c)}, "summary": summary, "parameters": append([]object{}, params...),
			"responses": object{success: ref("responses", "changed"), "default": ref("responses", "problem")},
		}
		if len(types) > 0 {
			content := object{}
			for _, t := range types {
				content[t] = object{"schema": ref("schemas", "any")}
			}
			op["requestBody"] = object{"required": true, "content": content}
		}
		return op
	}
	id, crs, match := ref("parameters", "featureId"), ref("parameters", "contentCrs"), ref("parameters", "ifMatch")
	items, _ := paths["/collections/"+c.ID+"/items"].(object)
	items["post"] = method("addFeatures", "Add features to "+c.ID, "201", typesOfFeatures[:], crs)
	feature, _ := paths["/collections/"+c.ID+"/items/{featureId}"].(object)
	feature["put"] = method("replaceFeature", "Replace a feature of "+c.ID, "204", typesOfFeatures[:], id, crs, match)
	feature["patch"] = method("updateFeature", "Change parts of a feature of "+c.ID, "204", []string{typeMergePatch}, id, crs, match)
	feature["delete"] = method("deleteFeature", "Delete a feature of "+c.ID, "204", nil, id, match)
}

// editParts are what the descriptions of changes refer to.
func editParts() (parameters, responses object) {
	header := func(name, description string) object {
		return object{"name": name, "in": "header", "required": false, "description": description, "schema": object{"type": "string"}}
	}
	parameters = object{
		"contentCrs": header("Content-Crs", "The coordinate system of the body; CRS84 by default."),
		"ifMatch":    header("If-Match", "The entity tag of the state that the change builds on."),
		"since": object{"name": "since", "in": "query", "required": false, "description": "The position of the last answer, or a time; changes behind it.",
			"schema": object{"type": "string"}, "style": "form", "explode": false},
	}
	responses = object{
		"changed": object{"description": "Done; of an insert Location tells where it is."},
		"changes": object{"description": "The changes.", "content": object{negotiate.TypeJSON: object{"schema": ref("schemas", "any")}}},
	}
	return parameters, responses
}
