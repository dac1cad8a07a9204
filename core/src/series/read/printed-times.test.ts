/** Times, dates without a year, second clocks and texts that take long to tell, each as an export writes them. */
import { describe, expect, it } from 'vitest';
import { readText } from './index.js';
import { iso, lines, start } from './printed.fixture.js';

const read = (text: string) => {
  const { series, notes } = readText(text);
  return {
    times: [...series.time].map((ms) => iso(ms).slice(0, 16)),
    names: series.channels.map(({ name }) => name),
    points: series.time.length,
    notes: notes.join(' '),
  };
};

describe('letters behind a time', () => {
  it.each([
    ['10:00 AEST', '00:00'],
    ['10:00 AKST', '19:00'],
    ['10:00 PST', '18:00'],
    ['10:00 PDT', '17:00'],
    ['10:00 EST', '15:00'],
    ['10:00 AM', '10:00'],
    ['10:00p', '22:00'],
    ['10:00 a', '10:00'],
    ['10:00 p.m.', '22:00'],
    ['10:00 am CET', '09:00'],
    ['10:00 PM PST', '06:00'],
  ])('are a zone or the half of the day: %s', (clock, utc) => {
    for (const days of [(t: number) => `0${t + 2} Mar 2026`, (t: number) => `2026-03-0${t + 2}`]) {
      const found = read(`time;v\n${lines(5, (t) => `${days(t)} ${clock};${t % 3}`)}`);
      expect(found.times[0]!.slice(11)).toBe(utc);
      expect(found.points).toBe(5);
    }
  });
});

describe('dates without a year', () => {
  const days = ['Dec 30', 'Dec 31', 'Jan 1', 'Jan 2'];
  it('of two hosts, one below the other, are the same days', () => {
    const rows = ['a', 'b'].flatMap((host) => days.map((day, t) => `${day} 00:00:00,${host},${t + 1}`));
    const found = read(`time,host,v\n${rows.join('\n')}\n`);
    expect(found).toMatchObject({ points: 4, names: ['a', 'b'] });
    expect(found.times[3]!.slice(0, 4)).toBe('1971');
  });

  it('run backwards over the turn of the year', () => {
    const rows = [...days].reverse().map((day, t) => `${day} 00:00:00,${t + 1}`);
    const { times } = read(`time,v\n${rows.join('\n')}\n`);
    expect(times).toEqual(['1969-12-30T00:00', '1969-12-31T00:00', '1970-01-01T00:00', '1970-01-02T00:00']);
  });

  it('come late by a row', () => {
    const rows = ['Dec 30', 'Jan 1', 'Dec 31', 'Jan 2'].map((day, t) => `${day} 00:00:00,${t + 1}`);
    const { series } = readText(`time,v\n${rows.join('\n')}\n`, { sort: true });
    expect([...series.channels[0]!.values]).toEqual([1, 3, 2, 4]);
    expect(series.time[3]! - series.time[0]!).toBe(3 * 86_400_000);
  });

  it('have two blanks in front of a day of one digit, as syslog writes them', () => {
    const found = read(`time,v\n${lines(12, (t) => `Mar ${String(t + 1).padStart(2)} 10:00:00,${t % 5}`)}`);
    expect(found).toMatchObject({ points: 12 });
    expect(found.times[1]).toBe('1970-03-02T10:00');
  });

  it.each([
    ['Feb 29', ['Feb 28', 'Feb 29', 'Mar 1']],
    ['29/02', ['28/02', '29/02', '01/03']],
    ['02/29', ['02/28', '02/29', '03/01']],
  ])('hold a leap day: %s', (_, some) => {
    const found = read(`time,v\n${some.map((day, t) => `${day} 10:00:00,${t}`).join('\n')}\n`);
    expect(found.times).toEqual(['1972-02-28T10:00', '1972-02-29T10:00', '1972-03-01T10:00']);
    expect(found.notes).toContain('those of 1972, as nothing tells it and there is a 29 February');
  });

  it('hold a leap day in the year after the first', () => {
    const some = ['Dec 31', 'Jan 1', 'Feb 28', 'Feb 29', 'Mar 1'];
    const found = read(`time,v\n${some.map((day, t) => `${day} 10:00:00,${t}`).join('\n')}\n`);
    expect(found.times[0]).toBe('1971-12-31T10:00');
    expect(found.times[3]).toBe('1972-02-29T10:00');
  });

  it('are shown as they stand where one is none', () => {
    const text = `time,v\n${lines(28, (t) => `Feb ${t + 1} 10:00:00,${t % 5}`)}`;
    const more = `${text}${text.replace('time,v\n', '').repeat(40)}Feb 30 10:00:00,1\nMar 1 10:00:00,2\n`;
    expect(() => readText(more)).toThrow(/"Feb 30 10:00:00" is not a time/);
  });
});

describe('numbers that rise with the time', () => {
  it('are seconds since a start, and their restart is kept', () => {
    const at = (t: number): string => iso(start + 60_000 * t);
    expect(read(`time,uptime,v\n${lines(100, (t) => `${at(t)},${t < 97 ? 600 + 60 * t : 60 * (t - 97)},${t % 7}`)}`).names).toEqual(['uptime', 'v']);
  }); // prettier-ignore

  it('are left out where they are times of day', () => {
    const at = (t: number): string => iso(start + 60_000 * t).slice(11, 19);
    const text = `time,end,v\n${lines(50, (t) => `2026-03-02T${at(t)}Z,${at(t + 1)},${t % 7}`)}`;
    expect(read(text).names).toEqual(['v']);
  });
});

describe('events without a time that occurs twice', () => {
  it('are refused by a code that says so', () => {
    const text = `time,event_id,message\n${lines(30, (t) => `${iso(start + 60_000 * t)},${[7036, 134, 4672][t % 3]},text ${t}`)}`;
    expect(() => readText(text)).toThrow(expect.objectContaining({ code: 'not-supported' }));
  });
});

describe('texts that are told in one pass', () => {
  it('a compact table with long blanks and lines', () => {
    const table = `┌─ts──────────────────┬─v─┐\n${lines(5, (t) => `${t + 1}. │ 2026-03-02 00:0${t}:00 │ ${t} │`)}└─────────────────────┴───┘\n`;
    expect(read(table)).toMatchObject({ names: ['v'], points: 5 });
    const blank = ' '.repeat(20_000);
    expect(read(`${table}${blank}x\n${'1. '}${blank}│x\n`).points).toBe(5);
    const ruled = `┌─ts${'─'.repeat(20_000)}x${'─'.repeat(17)}┬─v─┐\n│ 2026-03-02 00:00:00 │ 1 │\n│ 2026-03-02 00:01:00 │ 2 │\n`;
    expect(read(ruled)).toMatchObject({ points: 2 });
  });

  it('blank lines above or within', () => {
    const table = `time,v\n${lines(5, (t) => `2026-03-02 00:0${t}:00,${t}`)}`;
    expect(read(`${'\n'.repeat(40)}${table}`).points).toBe(5);
    expect(() => readText(`HTTP/1.1 200 OK${'\r\n'.repeat(3900)}x`)).toThrow();
    expect(() => readText(`HTTP/1.1 200 OK\r\nA: b\r\n\r\n\r\n {"a":1}`)).toThrow(/without -i/);
    expect(() => readText(`Metrics:${'\n'.repeat(7900)}x`)).toThrow();
  });

  it('bytes of another encoding behind a long piece', () => {
    const rows = new TextEncoder().encode(lines(9000, (t) => `${iso(start + 1000 * t)},${t % 7}`));
    const head = Uint8Array.of(...[...'time,Gr'].map((one) => one.charCodeAt(0)), 0xf6, 0xdf, 101, 10);
    const bytes = new Uint8Array(head.length + rows.length);
    bytes.set(head);
    bytes.set(rows, head.length);
    expect(readText(bytes).series.channels[0]!.name).toBe('Größe');
  });
});

describe('rows that a tool left out', () => {
  it('are told behind times that begin with a letter', () => {
    const rows = lines(5, (t) => `Mar ${t + 2} 2026 10:00,${t}`);
    expect(() => readText(`time,v\n${rows}…,…\n${rows}`)).toThrow(/rows are left out here: "…"/);
    expect(() => readText(`time,v\n${rows},...\n${rows}`)).toThrow(/rows are left out here: "..."/);
  });
});
