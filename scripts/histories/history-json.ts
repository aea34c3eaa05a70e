import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils.js';

/** The part of protobufjs that knows protobuf's own JSON. */
interface ProtoJson {
  fromJson(type: unknown, json: unknown, options: { readonly ignoreUnknownFields: boolean }): History;
  toJson(type: unknown, message: unknown): unknown;
}
interface Protos {
  readonly temporal: { api: { history: { v1: { History: { fromObject(history: History): unknown } } } } };
}

// `historyToJSON` and `historyFromJSON` of @temporalio/common 1.24.0 throw "type must be a Type" wherever npm gives
// @temporalio/common a protobufjs of its own, as it does here: the type must come from the very copy that reads it.
const require = createRequire(import.meta.url);
const protosPath = require.resolve('@temporalio/proto');
const protos = require(protosPath) as Protos;
const protoJson = createRequire(protosPath)('protobufjs/ext/protojson') as ProtoJson;
const historyType = protos.temporal.api.history.v1.History;

/** A history in protobuf's JSON, which `temporal workflow show --output json` and the web UI write too. */
export const historyToJson = (history: History): unknown =>
  protoJson.toJson(historyType, historyType.fromObject(history));

/** @throws Error if it is not the JSON of a history */
export const historyFromJson = (json: unknown): History =>
  protoJson.fromJson(historyType, json, { ignoreUnknownFields: true });
