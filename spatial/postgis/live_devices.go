package postgis

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"gisd/spatial"
	"gisd/spatial/live"
)

// Devices is the registry of devices with their last known positions, in
// SRID 4326 as lon, lat degrees. It is a live.Source, and safe for use by many
// goroutines.
type Devices struct {
	db *DB
}

var _ live.Source = (*Devices)(nil)

// NewDevices returns the registry in the database.
func NewDevices(db *DB) *Devices { return &Devices{db: db} }

// DeviceRecord is a device with how it came to be registered.
type DeviceRecord struct {
	live.Device
	RegisteredBy string
	RegisteredAt time.Time
}

// List returns every device by id, revoked ones among them.
func (d *Devices) List(ctx context.Context) ([]DeviceRecord, error) {
	return d.read(ctx, nil)
}

// Device returns one device; not_found without it.
func (d *Devices) Device(ctx context.Context, id string) (*DeviceRecord, error) {
	found, err := d.read(ctx, &id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, spatial.NotFound("postgis: read device", "There is no such device.")
	}
	return &found[0], nil
}

func (d *Devices) read(ctx context.Context, id *string) ([]DeviceRecord, error) {
	rows, err := d.db.Pool.Query(ctx, queryLiveDevices, id)
	if err != nil {
		return nil, wrap(ctx, "postgis: read devices", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeviceRecord, error) {
		var r DeviceRecord
		err := row.Scan(&r.ID, &r.Kind, &r.Name, &r.Department, &r.Visibility, &r.Roles, &r.Demo, &r.Revoked,
			&r.RegisteredBy, &r.RegisteredAt)
		return r, err
	})
	return found, wrap(ctx, "postgis: read devices", err)
}

// Devices implements live.Source.
func (d *Devices) Devices(ctx context.Context) ([]live.Device, error) {
	records, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	devices := make([]live.Device, len(records))
	for i := range records {
		devices[i] = records[i].Device
	}
	return devices, nil
}

// Register adds devices, or changes those that are there; a revoked one may
// report again. It returns how many rows changed. All are valid, or none is
// taken: invalid names every fault, as "/2/kind" where there are several.
func (d *Devices) Register(ctx context.Context, devices []live.Device, by string) (int64, error) {
	const op = "postgis: register devices"
	if err := live.ValidateDevices(devices); err != nil {
		return 0, err
	}
	n := len(devices)
	ids, kinds, names := make([]string, n), make([]string, n), make([]string, n)
	departments, visibilities, roles, demo := make([]string, n), make([]string, n), make([]string, n), make([]bool, n)
	for i, one := range devices {
		ids[i], kinds[i], names[i], departments[i] = one.ID, string(one.Kind), one.Name, one.Department
		visibilities[i], demo[i] = string(one.Visibility), one.Demo
		texts := make([]string, len(one.Roles))
		for j, r := range one.Roles {
			texts[j] = string(r)
		}
		roles[i] = strings.Join(texts, ",")
	}
	tag, err := d.db.Pool.Exec(ctx, queryLiveDeviceRegister, ids, kinds, names, departments, visibilities, roles, demo, by)
	return tag.RowsAffected(), wrap(ctx, op, err)
}

// Revoke ends a device and the keys bound to it; not_found without the device.
// Its history stays.
func (d *Devices) Revoke(ctx context.Context, id string) error {
	err := d.db.Pool.QueryRow(ctx, queryLiveDeviceRevoke, id).Scan(&id)
	if err != nil && spatial.CodeOf(wrap(ctx, "", err)) == spatial.CodeNotFound {
		return spatial.NotFound("postgis: revoke device", "There is no such device.")
	}
	return wrap(ctx, "postgis: revoke device", err)
}

// RemoveDemo deletes the devices marked as the demo's and returns how many.
func (d *Devices) RemoveDemo(ctx context.Context) (int64, error) {
	tag, err := d.db.Pool.Exec(ctx, queryLiveDeviceRemove)
	return tag.RowsAffected(), wrap(ctx, "postgis: remove demo devices", err)
}

// LastPositions implements live.Source.
func (d *Devices) LastPositions(ctx context.Context) ([]live.Position, error) {
	return d.Last(ctx, live.Filter{Access: spatial.SystemAccess("server")})
}

// Last returns the last known positions that the filter lets through, by device
// id: what live.Hub.Last says, from the database.
func (d *Devices) Last(ctx context.Context, f live.Filter) ([]live.Position, error) {
	const op = "postgis: read last positions"
	a := f.Access
	var west, south, east, north *float64
	if f.BBox != nil {
		west, south, east, north = &f.BBox.MinX, &f.BBox.MinY, &f.BBox.MaxX, &f.BBox.MaxY
	}
	roles := append([]spatial.Role{}, a.Roles...) // null would match nothing, and everything is no role
	rows, err := d.db.Pool.Query(ctx, queryLiveLastPositions,
		a.Has(spatial.RoleAdmin), !a.Anonymous() && a.Device == "", roles, a.Device,
		west, south, east, north, f.Kinds)
	if err != nil {
		return nil, wrap(ctx, op, err)
	}
	found, err := pgx.CollectRows(rows, scanPosition)
	return found, wrap(ctx, op, err)
}

func scanPosition(row pgx.CollectableRow) (live.Position, error) {
	var p live.Position
	var speed, bearing, accuracy *float64
	var attributes []byte
	err := row.Scan(&p.Device, &p.Time, &p.ReceivedAt, &p.Lon, &p.Lat, &speed, &bearing, &accuracy, &attributes)
	known := func(v *float64) live.Measure {
		if v == nil {
			return live.Measure{}
		}
		return live.Known(*v)
	}
	p.Time, p.ReceivedAt = p.Time.UTC(), p.ReceivedAt.UTC()
	p.SpeedKMH, p.BearingDegrees, p.AccuracyMeters = known(speed), known(bearing), known(accuracy)
	if len(attributes) > 0 {
		p.Attributes = attributes
	}
	return p, err
}

// WatchDevices implements live.Source: by announcements on a connection of its
// own, and every half minute in case one was lost.
func (d *Devices) WatchDevices(ctx context.Context, changed func()) error {
	const first, last, poll = 200 * time.Millisecond, 5 * time.Second, 30 * time.Second
	wait := first
	for ctx.Err() == nil {
		started := time.Now()
		err := d.listen(ctx, poll, changed)
		if ctx.Err() != nil {
			break
		}
		if time.Since(started) > last {
			wait = first
		}
		d.db.log.WarnContext(ctx, "device connection lost", "error", err, "retry_ms", wait.Milliseconds())
		if sleep(ctx, wait+rand.N(wait)) != nil {
			break
		}
		wait = min(2*wait, last)
	}
	return nil
}

func (d *Devices) listen(ctx context.Context, poll time.Duration, changed func()) error {
	conn, err := d.db.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, queryLiveListen); err != nil {
		return err
	}
	for {
		changed()
		if err := awaitAnnouncements(ctx, conn, poll, announcedPause, announcedLongest); err != nil {
			return err
		}
	}
}
