// Package mqtt takes positions over MQTT: from devices that connect to a listener of
// its own, and from an outside broker that it subscribes to. A message is
// acknowledged once its positions are taken. No coordinates are handled here.
package mqtt
