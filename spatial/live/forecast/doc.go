// Package forecast tells what a sensor will measure, with an interval, from what it has
// measured: water levels of rivers, canals and drains above all. It knows no coordinates
// and does no I/O. Values are in the sensor's own unit, times are UTC.
//
// # How
//
// Readings are laid on a grid of time (series.go). Along it several forecasters go at
// once (experts.go): the last value stays; a damped trend (Holt); a day's profile with a
// trend (Holt-Winters, additive); harmonics of the tide and of the day (harmonic.go), with
// what is left over held, trended or returning to its level; and a regression for each lead
// on how far the value is from its levels of hours and days. At each reading each of them
// is held against what came, for each lead, and those that erred less lately have the
// larger share of the forecast (model.go). A change of regime, a storm, a gate that is
// shut, a sensor that is moved, shows in these errors and moves the shares.
//
// The interval comes from the errors of the forecast itself (band.go): its ends follow the
// errors so that, in the long run and whatever these are distributed like, one in twenty
// lies beyond each end. It widens where the last hours were hard to tell.
//
// One reading that is far from everything is set aside until another one agrees with it.
//
// What is forecast at a time depends on readings up to that time and on nothing else, so
// that Rolling is an honest backtest.
package forecast
