import type { Client } from '@temporalio/client';

/** What must not be seen, by what it is. */
export type Needles = Readonly<Record<string, string>>;

/** A text together with the place where it was found. */
export interface Seen {
  readonly place: string;
  readonly text: string;
}

/** Which needles stand where, in the clear or in one of the forms in which secrets travel. */
export const leaksIn = (seen: readonly Seen[], needles: Needles): string[] => {
  const forms = Object.entries(needles).flatMap(([name, value]) =>
    Object.entries(formsOf(value)).map(([form, text]) => ({ name, form, text: text.toLowerCase() })),
  );
  const found = seen.flatMap(({ place, text }) => {
    const searched = text.toLowerCase();
    return forms
      .filter((form) => searched.includes(form.text))
      .map(({ name, form }) => `${name} (${form}) in ${place}`);
  });
  return [...new Set(found)];
};

function formsOf(value: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(value);
  return {
    'in the clear': value,
    'escaped for JSON': JSON.stringify(value).slice(1, -1),
    'escaped for a URL': encodeURIComponent(value),
    hexadecimal: bytes.toString('hex'),
    ...Object.fromEntries([0, 1, 2].map((offset) => [`base64 after ${offset} bytes`, base64After(bytes, offset)])),
    base64url: bytes.toString('base64url').slice(0, -3),
  };
}

/** The part of a base64 text that the value decides alone, whatever stands before and after it. */
function base64After(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  return text.slice(offset === 0 ? 0 : 4, -2);
}

/** Everything that Temporal keeps of the workflows of a task queue, the payloads decoded. */
export async function temporalSaw(client: Client, taskQueue: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { workflowId, runId } of client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const [history, { raw }] = [await handle.fetchHistory(), await handle.describe()];
    seen.push({ place: `the history of ${workflowId}`, text: textIn(history) });
    seen.push({ place: `the description of ${workflowId}`, text: textIn(raw) });
  }
  return seen;
}

/** Every text in a message of Temporal, bytes read as text. */
function textIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textIn).join('\n');
}
