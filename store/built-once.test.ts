import { expect, test } from '@jest/globals';
import { builtOnce } from './built-once.ts';

function building() {
  const built: number[] = [];
  const statement = builtOnce(
    (shape: number) => {
      built.push(shape);
      return { shape };
    },
    (shape) => String(shape),
  );
  return { built, statement };
}

test('what has the same shape is built once', () => {
  const { built, statement } = building();
  expect(statement(1)).toBe(statement(1));
  expect(statement(2)).toEqual({ shape: 2 });
  expect(built).toEqual([1, 2]);
});

test('not more than two hundred are kept, however many shapes are thought up', () => {
  const { built, statement } = building();
  for (let shape = 0; shape <= 200; shape += 1) statement(shape);
  statement(200);
  statement(0);
  expect(built).toHaveLength(202);
});
