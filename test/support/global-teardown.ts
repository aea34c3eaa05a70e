import type {} from './running-services.ts';

export default async function globalTeardown(): Promise<void> {
  await Promise.all((globalThis.tandemTestServices ?? []).map((service) => service.stop()));
}
