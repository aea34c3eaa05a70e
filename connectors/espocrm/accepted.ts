import type { z } from 'zod';
import type { HttpAnswer } from '../http.ts';
import type { EspoCrmClient } from './client.ts';
import { refusal } from './refusal.ts';

interface Expected {
  /** The record that the request named; null: none. */
  readonly id: string | null;
  readonly client: EspoCrmClient;
}

/** @throws the error that fits, unless the answer is a success of the given shape */
export function accepted<T>(answer: HttpAnswer, shape: z.ZodType<T>, { id, client }: Expected): T {
  if (answer.status >= 300) throw refusal(answer, id, client.now());
  const body = shape.safeParse(answer.json);
  if (!body.success) throw answer.lost('the answer is no record');
  return body.data;
}
