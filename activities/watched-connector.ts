import type { CallContext, Connector } from '../connectors/connector.ts';
import { ConnectorError } from '../connectors/errors.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/** The same connector, which tells the breaker how its calls end. Probes and diagnoses are not told: they are no traffic. */
export function watched(connector: Connector, breaker: CircuitBreaker): Connector {
  const { system, remove, list, feeds } = connector;
  const watch = async <T>(record: string, { record: named }: CallContext, call: () => Promise<T>): Promise<T> => {
    try {
      const result = await call();
      breaker.answered(system);
      return result;
    } catch (error) {
      if (error instanceof ConnectorError) await breaker.failed(error, named ?? record);
      throw error;
    }
  };
  return {
    ...connector,
    read: (entity, id, context) => watch(id, context, () => connector.read(entity, id, context)),
    search: (entity, equal, context) => watch('', context, () => connector.search(entity, equal, context)),
    create: (entity, attributes, context) => watch('', context, () => connector.create(entity, attributes, context)),
    update: (entity, current, changes, context) =>
      watch(current.id, context, () => connector.update(entity, current, changes, context)),
    list:
      list === null
        ? null
        : { ...list, page: (entity, query, context) => watch('', context, () => list.page(entity, query, context)) },
    ...(feeds !== undefined && {
      feeds: feeds.map((feed) => ({
        name: feed.name,
        page: (position, context) => watch('', context, () => feed.page(position, context)),
      })),
    }),
    remove: remove === null ? null : (entity, id, context) => watch(id, context, () => remove(entity, id, context)),
  };
}
