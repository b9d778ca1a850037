package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// rulesThroughServer draws a fence, writes a rule, and has a bus drive in and out
// until its entry is told, recorded and final. What others may not know of it they
// are not told.
func rulesThroughServer(t *testing.T, server, operator, device string) {
	t.Helper()
	const drawn = `{"type":"Feature","id":"depot","properties":{"name":"Bến xe"},
		"geometry":{"type":"Polygon","coordinates":[[[106.7,10.98],[106.701,10.98],[106.701,10.981],[106.7,10.981],[106.7,10.98]]]}}`
	const rule = `{"id":"depot","subject":"fence","events":["enter","exit"],"geofences":["depot"],"watermark":"1s",
		"incident":{"severity":"severe","title":"Vào bến"}}`
	for _, step := range []struct {
		method, path, key, body string
		want                    int
	}{
		{"POST", "/live/geofences", device, drawn, 403},
		{"POST", "/live/rules", operator, rule, 400}, // there is no such fence yet
		{"POST", "/live/geofences", operator, drawn, 200},
		{"POST", "/live/rules", operator, rule, 200},
		{"GET", "/live/events", device, "", 403},
		{"DELETE", "/live/geofences/depot", operator, "", 409},
	} {
		if status, text := sendJSON(t, step.method, server+step.path, step.key, step.body); status != step.want {
			t.Fatalf("%s %s: %d %s, want %d", step.method, step.path, status, text, step.want)
		}
	}
	var list struct {
		Events []struct{ Rule, Kind, Device, Fence, Status string }
	}
	deadline := time.Now().Add(2 * time.Minute)
	for east := 0; time.Now().Before(deadline); east++ {
		lon := []string{"106.7005", "106.7015"}[east%2]
		if status, text := sendJSON(t, "POST", server+"/live/positions", device, `{"device":"bus-12","lon":`+lon+`,"lat":10.9805}`); status != http.StatusAccepted {
			t.Fatalf("%d %s", status, text)
		}
		status, text := sendJSON(t, "GET", server+"/live/events?rule=depot", operator, "")
		if status != http.StatusOK || json.Unmarshal([]byte(text), &list) != nil {
			t.Fatalf("%d %s", status, text)
		}
		for _, e := range list.Events {
			if e.Kind == "enter" && e.Device == "bus-12" && e.Fence == "depot" && e.Status == "final" {
				incidentThroughServer(t, server, operator, device)
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no final entry: %+v", list.Events)
}

// incidentThroughServer: the entries opened one incident, which an operator takes up.
func incidentThroughServer(t *testing.T, server, operator, device string) {
	t.Helper()
	if status, text := sendJSON(t, "GET", server+"/live/incidents", device, ""); status != http.StatusForbidden {
		t.Errorf("a device reads incidents: %d %s", status, text)
	}
	var list struct {
		Incidents []struct{ ID, Title, Device, State string }
	}
	status, text := sendJSON(t, "GET", server+"/live/incidents?rule=depot&state=open", operator, "")
	if status != http.StatusOK || json.Unmarshal([]byte(text), &list) != nil || len(list.Incidents) != 1 || list.Incidents[0].Title != "Vào bến" || list.Incidents[0].Device != "bus-12" {
		t.Fatalf("%d %s", status, text)
	}
	path := "/live/incidents/" + list.Incidents[0].ID
	if status, text := sendJSON(t, "PATCH", server+path, operator, `{"state":"acknowledged"}`); status != http.StatusPreconditionRequired {
		t.Errorf("without If-Match: %d %s", status, text)
	}
	if status, text := sendJSON(t, "POST", server+path+"/comments", operator, `{"text":"seen"}`); status != http.StatusCreated {
		t.Errorf("comment: %d %s", status, text)
	}
	if status, text := sendJSON(t, "GET", server+path+"/timeline", operator, ""); status != http.StatusOK || !strings.Contains(text, `"opened"`) || !strings.Contains(text, `"seen"`) {
		t.Errorf("timeline: %d %s", status, text)
	}
}
