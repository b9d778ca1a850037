package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Batches sends positions of a fleet in lines of JSON, at even times.
type Batches struct {
	Address, Key string
	Fleet        *Fleet
	PerSecond    int // positions
	Lines        int // of one batch
	Senders      int // batches under way at once
	Duration     time.Duration
}

// Sent is what sending came to.
type Sent struct {
	Positions int64   // taken
	Waited    Latency // of batches, from their turn to the answer
	Seconds   float64 // until the last answer
}

// Run sends until the duration is over.
func (b Batches) Run(ctx context.Context) (Sent, error) {
	every := time.Duration(float64(time.Second) * float64(b.Lines) / float64(b.PerSecond))
	batches := int(b.Duration / every)
	start := time.Now()
	turns := make(chan int)
	var group sync.WaitGroup
	waited := make([]time.Duration, batches)
	errs := make([]error, b.Senders)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	client := &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: b.Senders}}
	for i := range b.Senders {
		group.Go(func() {
			var body []byte
			for n := range turns {
				turn := start.Add(every * time.Duration(n))
				time.Sleep(time.Until(turn))
				body = body[:0]
				now := time.Now()
				for line := range b.Lines {
					body = b.Fleet.AppendPosition(body, (n*b.Lines+line)%b.Fleet.Len(), now)
					body = append(body, '\n')
				}
				if errs[i] = b.post(ctx, client, body); errs[i] != nil {
					cancel()
					return
				}
				waited[n] = time.Since(turn)
			}
		})
	}
	for n := range batches {
		select {
		case turns <- n:
		case <-ctx.Done():
		}
	}
	close(turns)
	group.Wait()
	s := Sent{Positions: int64(batches * b.Lines), Waited: sum(waited), Seconds: time.Since(start).Seconds()}
	return s, errors.Join(errs...)
}

func (b Batches) post(ctx context.Context, client *http.Client, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+b.Address+"/live/positions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	r.Header.Set("Authorization", "Bearer "+b.Key)
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if want := fmt.Sprintf(`"accepted":%d,`, b.Lines); answer.StatusCode != http.StatusAccepted || !bytes.Contains(text, []byte(want)) {
		return fmt.Errorf("load: a batch is answered %d %.300s", answer.StatusCode, text)
	}
	return nil
}
