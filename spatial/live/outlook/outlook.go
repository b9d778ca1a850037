// Package outlook forecasts what sensors measure from their readings, when it is asked, and
// keeps what it made while it is fresh. Times are UTC, values in the sensor's unit.
package outlook

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gisd/spatial/live"
	"gisd/spatial/live/forecast"
)

// Store has the readings.
type Store interface {
	// Readings are the newest that the query chooses, the newest first.
	Readings(ctx context.Context, q live.ReadingQuery) ([]live.Reading, error)
}

// Bounds of what a forecast costs.
const (
	reach       = 30 * 24 * time.Hour
	maxReadings = 45_000 // one a minute for a month
	fresh       = time.Minute
	maxKept     = 1000
)

// Config of a Forecaster. Store is required.
type Config struct {
	Store  Store
	Now    func() time.Time // time.Now
	AtOnce int              // forecasts that are made at the same time; 1
}

// Forecaster makes forecasts. It is safe for goroutines.
type Forecaster struct {
	cfg    Config
	places chan struct{}

	mu   sync.Mutex
	kept map[series]kept
}

type series struct{ device, name string }

type kept struct {
	outlook *Outlook
	err     error
	made    time.Time
}

// Outlook is a forecast of what a sensor measures.
type Outlook struct {
	forecast.Forecast
	Device, Name, Unit string
	Accuracy           []forecast.Accuracy // of such forecasts on the readings themselves
}

// New returns a forecaster over a store.
func New(cfg Config) *Forecaster {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Forecaster{cfg: cfg, places: make(chan struct{}, max(cfg.AtOnce, 1)), kept: make(map[series]kept)}
}

// Outlook forecasts what a device's property will be; not older than a minute, and not to
// be changed. forecast.ErrShort where it has too few readings.
func (f *Forecaster) Outlook(ctx context.Context, device, name string) (*Outlook, error) {
	key := series{device, name}
	if k, ok := f.find(key); ok {
		return k.outlook, k.err
	}
	select {
	case f.places <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("outlook: wait for others: %w", ctx.Err())
	}
	defer func() { <-f.places }()
	if k, ok := f.find(key); ok { // somebody made it meanwhile
		return k.outlook, k.err
	}
	outlook, err := f.make(ctx, key)
	if err != nil && !errors.Is(err, forecast.ErrShort) {
		return nil, err
	}
	f.keep(key, kept{outlook, err, f.cfg.Now()})
	return outlook, err
}

func (f *Forecaster) find(key series) (kept, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok := f.kept[key]
	return k, ok && f.cfg.Now().Sub(k.made) < fresh
}

func (f *Forecaster) keep(key series, k kept) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kept) >= maxKept {
		for other, was := range f.kept {
			if f.cfg.Now().Sub(was.made) >= fresh {
				delete(f.kept, other)
			}
		}
	}
	if len(f.kept) < maxKept {
		f.kept[key] = k
	}
}

func (f *Forecaster) make(ctx context.Context, key series) (*Outlook, error) {
	now := f.cfg.Now()
	found, err := f.cfg.Store.Readings(ctx, live.ReadingQuery{
		Device: key.device, Name: key.name, First: now.Add(-reach), Last: now.Add(5 * time.Minute), Limit: maxReadings,
	})
	if err != nil {
		return nil, err
	}
	readings := make([]forecast.Reading, len(found))
	for i, r := range found {
		readings[i] = forecast.Reading{Time: r.Time, Value: r.Value}
	}
	made, accuracy, err := forecast.Assess(readings, forecast.Config{})
	if err != nil {
		return nil, err
	}
	return &Outlook{Forecast: *made, Device: key.device, Name: key.name, Unit: found[0].Unit, Accuracy: accuracy}, nil
}
