package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gisd/internal/pgcluster"
	"gisd/spatial/postgis"
	outboxstore "gisd/spatial/postgis/outbox"
)

// webhookLate is how far a webhook may be behind before somebody should know.
const webhookLate = time.Hour

// examineWebhooks looks whether webhooks are taken. Changes that one has not got are
// kept however old they are.
func examineWebhooks(ctx context.Context, db *postgis.DB) pgcluster.Finding {
	f := pgcluster.Finding{Name: "webhooks", OK: true, Detail: "none"}
	list, err := outboxstore.NewStore(db, nil).Webhooks(ctx, "")
	if err != nil {
		f.OK, f.Detail, f.Advice = false, describe(err), "see the message"
		return f
	}
	var details []string
	for _, w := range list {
		late := !w.Behind.IsZero() && time.Since(w.Behind) > webhookLate
		switch {
		case w.Trouble != "" || late:
			details = append(details, fmt.Sprintf("%d %s (changes of %s are kept for it)", w.ID, stateOfWebhook(w), subjectOfWebhook(w)))
		case w.Dead > 0:
			details = append(details, fmt.Sprintf("%d has %d messages that were given up", w.ID, w.Dead))
		}
	}
	if len(list) > 0 {
		f.Detail = fmt.Sprintf("%d, all are taken", len(list))
	}
	if len(details) > 0 {
		f.OK, f.Detail = false, strings.Join(details, "; ")
		f.Advice = "see `gisd webhooks show ID`; when the other side works again, `gisd webhooks retry ID`, or `gisd webhooks remove ID`"
	}
	return f
}
