#!/bin/sh
# Creates the namespace that Tandem works in, unless it is there.
set -eu

attempts=30
# The port accepts connections a little before the server answers.
until temporal operator cluster health; do
  attempts=$((attempts - 1))
  [ "$attempts" -gt 0 ] || exit 1
  sleep 2
done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
