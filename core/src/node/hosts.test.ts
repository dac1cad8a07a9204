import { describe, expect, test } from 'vitest';
import { acceptsHost, isLoopback } from './hosts.js';

describe('without a list', () => {
  test.each([
    'localhost',
    'LOCALHOST:9646',
    'localhost.',
    '127.0.0.1:3700',
    '127.9.9.9',
    '[::1]:80',
    '[::ffff:127.0.0.1]',
  ])('this machine is answered: %s', (host) => expect(acceptsHost(host)).toBe(true));

  test.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil-localhost',
    'evil.example@localhost',
    'localhost@evil.example',
    'localhost/evil.example',
    'localhost evil.example',
    'localhost:80:80',
    'localhost:evil',
    '10.0.0.7:9646',
    '0.0.0.0:9646',
    '[::]:9646',
    '[2001:db8::1]',
    '127.0.0.1.evil.example',
    '::1',
  ])('anything else is not: %s', (host) => expect(acceptsHost(host)).toBe(false));
});

test('a list decides alone: names, ports, names below one', () => {
  const allowed = ['Heed.example', 'other.example:9646', '.below.example', '[2001:db8::1]'];
  for (const host of [
    'heed.EXAMPLE',
    'heed.example:1',
    'other.example:9646',
    'a.b.below.example',
    '[2001:db8::1]:80',
  ])
    expect(acceptsHost(host, allowed)).toBe(true);
  for (const host of [
    'localhost',
    'other.example',
    'other.example:96',
    'below.example',
    'evilbelow.example',
    'x',
  ])
    expect(acceptsHost(host, allowed)).toBe(false);
  expect(acceptsHost('localhost', [])).toBe(false);
});

test('addresses of loopback', () => {
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
  expect(['0.0.0.0', '::', '10.0.0.1', 'localhost', ''].some(isLoopback)).toBe(false);
});
