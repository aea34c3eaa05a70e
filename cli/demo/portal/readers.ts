import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

export interface Readings {
  readonly pages: number;
  /** Why a page could not be read, each once. */
  readonly failures: readonly string[];
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly longestMs: number;
}

export interface Portal {
  readonly portalUrl: string;
  readonly admin: string;
  readonly client: string;
}

export const readerCount = 50;
const adminEvery = 5;
/** From one page to the next, as people do who read. */
const pauseMs = { least: 1_000, spread: 2_000 };

/** Fifty people go from their projects to the tasks, to a task with all that stands below it, and begin again, until it is over. */
export async function readAlong(portal: Portal, over: AbortSignal): Promise<Readings> {
  const seen: Seen = { tookMs: [], failures: new Set() };
  const readers = Array.from({ length: readerCount }, (_, index) => {
    const token = index % adminEvery === 0 ? portal.admin : portal.client;
    return read({ index, portalUrl: portal.portalUrl, token }, over, seen);
  });
  await Promise.all(readers);
  const sorted = seen.tookMs.toSorted((one, other) => one - other);
  const share = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  const failures = [...seen.failures];
  return { pages: sorted.length, failures, p50Ms: share(0.5), p95Ms: share(0.95), longestMs: share(1) };
}

interface Seen {
  readonly tookMs: number[];
  readonly failures: Set<string>;
}

interface Reader {
  readonly index: number;
  readonly portalUrl: string;
  readonly token: string;
}

const projectsPage = z.object({ projects: z.array(z.object({ id: z.string() })) });
const tasksPage = z.object({ tasks: z.array(z.object({ id: z.string() })) });

async function read(reader: Reader, over: AbortSignal, seen: Seen): Promise<void> {
  const open = async (path: string): Promise<unknown> => {
    await pause(reader.index, seen.tookMs.length, over);
    if (over.aborted) return null;
    return timed(reader, path, seen).catch((error: unknown) => {
      seen.failures.add(error instanceof Error ? error.message : 'unknown');
      return null;
    });
  };
  const nth = <T>(found: readonly T[] | undefined): T | undefined => found?.[reader.index % (found.length || 1)];
  while (!over.aborted) {
    const project = nth(projectsPage.safeParse(await open('/projects?include=people')).data?.projects);
    if (project === undefined) continue;
    const list = await open(`/tasks?projectId=${project.id}&include=people`);
    const task = nth(tasksPage.safeParse(list).data?.tasks);
    if (task !== undefined) await open(`/tasks/${task.id}?include=people,comments,attachments,activities`);
  }
}

/** Not all at the same moment, and the same in each demo. */
async function pause(index: number, turn: number, signal: AbortSignal): Promise<void> {
  const ms = pauseMs.least + ((index * 7_919 + turn * 104_729) % pauseMs.spread);
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

class NotRead extends Error {
  readonly code = 'not_read';
}

/** Before a client's company is there, he is told so (403). @throws NotRead; TypeError if nobody answers */
async function timed({ portalUrl, token }: Reader, path: string, { tookMs }: Seen): Promise<unknown> {
  const begunMs = performance.now();
  const answer = await fetch(`${portalUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const body: unknown = await answer.json();
  if (answer.status === 403) return null;
  if (answer.status !== 200) throw new NotRead(`${path} was answered with ${answer.status}`);
  tookMs.push(performance.now() - begunMs);
  return body;
}
