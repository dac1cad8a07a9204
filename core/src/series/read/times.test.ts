import { describe, expect, it } from 'vitest';
import { isHeedError } from '../../errors.js';
import { readCsv, type ReadOptions } from './index.js';
import { Zone } from './zones.js';

function timesOf(cells: readonly string[], options: ReadOptions = {}, name = 'time'): string[] {
  const text = `${name};v\n${cells.map((cell, t) => `${cell};${t}`).join('\n')}\n`;
  return [...readCsv(text, options).series.time].map((ms) =>
    new Date(ms).toISOString().replace('.000Z', 'Z'),
  );
}

function refusal(cells: readonly string[], options: ReadOptions = {}, name = 'time'): string {
  try {
    timesOf(cells, options, name);
  } catch (error) {
    if (isHeedError(error)) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

describe('times are read by the whole column', () => {
  it.each<[string, string[], string, string]>([
    [
      'ISO',
      ['2026-03-02T10:00:00+01:00', '2026-03-02T10:01:00+01:00'],
      '2026-03-02T09:00:00Z',
      '2026-03-02T09:01:00Z',
    ],
    ['day first', ['12/03/2026 10:00', '13/03/2026 10:00'], '2026-03-12T10:00:00Z', '2026-03-13T10:00:00Z'],
    [
      'month first',
      ['3/12/2026 10:00 PM', '3/13/2026 10:00 PM'],
      '2026-03-12T22:00:00Z',
      '2026-03-13T22:00:00Z',
    ],
    ['dots', ['02.03.2026 10:00', '03.03.2026 10:00'], '2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z'],
    ['two digits of the year', ['30.03.26', '31.03.26'], '2026-03-30T00:00:00Z', '2026-03-31T00:00:00Z'],
    [
      'midnight in English',
      ['Mar 2, 2026 12:00 AM', 'Mar 2, 2026 12:01 AM'],
      '2026-03-02T00:00:00Z',
      '2026-03-02T00:01:00Z',
    ],
    [
      'Kibana',
      ['Mar 2, 2026 @ 10:00:00.250', 'Mar 2, 2026 @ 10:00:01.250'],
      '2026-03-02T10:00:00.250Z',
      '2026-03-02T10:00:01.250Z',
    ],
    [
      'logs of web servers',
      ['02/Mar/2026:10:00:00 +0100', '02/Mar/2026:10:00:01 +0100'],
      '2026-03-02T09:00:00Z',
      '2026-03-02T09:00:01Z',
    ],
    [
      'a bracket that another column closes',
      ['[02/Mar/2026:10:00:00', '[02/Mar/2026:10:00:01'],
      '2026-03-02T10:00:00Z',
      '2026-03-02T10:00:01Z',
    ],
    [
      'Go',
      ['2026-03-02 10:00:00 +0100 CET', '2026-03-02 10:00:01 +0100 CET'],
      '2026-03-02T09:00:00Z',
      '2026-03-02T09:00:01Z',
    ],
    ['the year first', ['26-03-02', '26-03-03'], '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'],
    ['the day first', ['30-03-26', '31-03-26'], '2026-03-30T00:00:00Z', '2026-03-31T00:00:00Z'],
    [
      'mail',
      ['Mon, 02 Mar 2026 10:00:00 GMT', 'Mon, 02 Mar 2026 10:00:01 GMT'],
      '2026-03-02T10:00:00Z',
      '2026-03-02T10:00:01Z',
    ],
    ['German', ['2. März 2026 10:00', '3. März 2026 10:00'], '2026-03-02T10:00:00Z', '2026-03-03T10:00:00Z'],
    ['Chinese', ['2026年3月2日 10:00', '2026年3月2日 10:01'], '2026-03-02T10:00:00Z', '2026-03-02T10:01:00Z'],
    [
      'the end of a day',
      ['01.03.2026 23:00', '01.03.2026 24:00'],
      '2026-03-01T23:00:00Z',
      '2026-03-02T00:00:00Z',
    ],
    [
      'periods',
      ['02.03.2026 10:00 - 02.03.2026 11:00', '02.03.2026 11:00 - 02.03.2026 12:00'],
      '2026-03-02T10:00:00Z',
      '2026-03-02T11:00:00Z',
    ],
    [
      'abbreviated zones',
      ['2026-03-02 10:00 CET', '2026-03-02 11:00 CET'],
      '2026-03-02T09:00:00Z',
      '2026-03-02T10:00:00Z',
    ],
    ['days in one number', ['20260302', '20260303'], '2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'],
    [
      'minutes in one number',
      ['202603021000', '202603021001'],
      '2026-03-02T10:00:00Z',
      '2026-03-02T10:01:00Z',
    ],
    ['compact ISO', ['20260302T100000Z', '20260302T100001Z'], '2026-03-02T10:00:00Z', '2026-03-02T10:00:01Z'],
    ['months', ['2026-02', '2026-03'], '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
    ['quarters', ['2026-Q1', '2026-Q2'], '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['weeks', ['2026-W01', '2026-W02'], '2025-12-29T00:00:00Z', '2026-01-05T00:00:00Z'],
    ['seconds', ['1772409600', '1772409660'], '2026-03-02T00:00:00Z', '2026-03-02T00:01:00Z'],
    [
      'microseconds',
      ['1772409600000000', '1772409660000000'],
      '2026-03-02T00:00:00Z',
      '2026-03-02T00:01:00Z',
    ],
    ['Excel', ['46083.4166666667', '46083.4173611111'], '2026-03-02T10:00:00Z', '2026-03-02T10:01:00Z'],
  ])('%s', (_, cells, first, second) => expect(timesOf(cells)).toEqual([first, second]));

  it('day or month is told by even steps where no day is above 12', () => {
    const cells = Array.from(
      { length: 48 },
      (_, t) => `0${2 + Math.floor(t / 24)}/03/2026 ${String(t % 24).padStart(2, '0')}:00`,
    );
    expect(timesOf(cells).at(-1)).toBe('2026-03-03T23:00:00Z');
  });

  it('or is refused, with both days and the flag', () => {
    const cells = ['02/03/2026 10:00', '02/03/2026 10:01'];
    expect(refusal(cells)).toMatch(
      /line 2, column "time": .*2026-03-02 or 2026-02-03.*--time-format day-first/,
    );
    expect(timesOf(cells, { timeFormat: 'day-first' })[0]).toBe('2026-03-02T10:00:00Z');
    expect(timesOf(cells, { timeFormat: 'month-first' })[0]).toBe('2026-02-03T10:00:00Z');
    expect(timesOf(cells, {}, 'time (dd/mm/yyyy)')[0]).toBe('2026-03-02T10:00:00Z');
    expect(refusal(['13/03/2026', '03/14/2026'])).toMatch(
      /"13\/03\/2026" \(line 2\) has the day first, "03\/14\/2026" \(line 3\) the month/,
    );
  });

  it('patterns read what nothing else does', () => {
    expect(timesOf(['2026|02|03 10'], { delimiter: ';', timeFormat: '%Y|%d|%m %H' })).toEqual([
      '2026-03-02T10:00:00Z',
    ]);
    expect(timesOf(['2026.02.03 10:00'], { timeFormat: 'yyyy.dd.MM HH:mm' })).toEqual([
      '2026-03-02T10:00:00Z',
    ]);
    expect(refusal(['x'], { time: 'time', timeFormat: 'soon' })).toMatch(/"soon" is no format of times/);
  });

  it('no file begins in 1970 without a word', () => {
    expect(refusal(['100000000', '100000060'])).toMatch(/not a plausible time.*--time-format/);
    expect(refusal(['46080', '46140'], {}, 'time')).toMatch(/Excel counts days, or 46080 seconds/);
    const { notes } = readCsv('time,v\n0,1\n0.5,2\n');
    expect(notes.join(' ')).toContain('does not hold dates');
  });

  it('two columns of a date and a time of day belong together', () => {
    const { series } = readCsv('Date;Time;x\n10/03/2004;18.00.00;2,6\n13/03/2004;19.00.00;2\n');
    expect(series.time[0]).toBe(Date.UTC(2004, 2, 10, 18));
    const parts = readCsv('No,year,month,day,hour,pm\n1,2010,1,2,0,129\n2,2010,1,2,1,148\n').series;
    expect([...parts.time]).toEqual([Date.UTC(2010, 0, 2), Date.UTC(2010, 0, 2, 1)]);
    expect(parts.channels.map(({ name }) => name)).toEqual(['pm']);
  });

  it('rows at the end that have no time are left out and told, others are refused', () => {
    const rows = Array.from({ length: 12 }, (_, t) => `2026-03-${String(t + 1).padStart(2, '0')},${t}`);
    const { series, notes } = readCsv(`time,v\n${rows.join('\n')}\nTotal,66\n`);
    expect(series.time).toHaveLength(12);
    expect(notes.join(' ')).toContain('Line 14 ("Total" …)');
    expect(() => readCsv(`time,v\n${[...rows.slice(0, 11), 'soon,5', rows[11]].join('\n')}\n`)).toThrow(
      /line 13.*"soon" is not a time/,
    );
  });

  it('tables that run backwards are turned round', () => {
    const { series, notes } = readCsv('time,v\n2026-03-03,3\n2026-03-02,2\n2026-03-01,1\n');
    expect([...series.channels[0]!.values]).toEqual([1, 2, 3]);
    expect(notes.join(' ')).toContain('turned round');
  });
});

it('refuses a day or a year that may stand first', () => {
  const cells = ['14-01-01', '14-02-01', '14-03-01'];
  expect(refusal(cells)).toMatch(/line 2.*"14-01-01" is the day 2001-01-14 or 2014-01-01.*%y-%m-%d/);
  expect(timesOf(cells, { timeFormat: '%y-%m-%d' })[0]).toBe('2014-01-01T00:00:00Z');
});

it('speaks of clocks that are set back in nights to a Sunday alone', () => {
  const at = (day: string) => [
    `${day} 01:30`,
    `${day} 02:00`,
    `${day} 02:30`,
    `${day} 02:00`,
    `${day} 02:30`,
  ];
  expect(refusal(at('2026-10-25'))).toContain('--time-zone-in');
  expect(refusal(at('2026-01-07'))).not.toContain('--time-zone-in');
  expect(refusal(['2026-01-07 02:00', '2026-01-07 02:00'])).not.toContain('--time-zone-in');
});

describe('the clock of a zone', () => {
  const berlin = { timeZone: 'Europe/Berlin' };

  it('shows an hour twice in autumn', () => {
    const cells = ['01:30', '02:00', '02:30', '02:00', '02:30', '03:00'].map(
      (clock) => `2026-10-25 ${clock}`,
    );
    expect(timesOf(cells, berlin)).toEqual(
      ['23:30', '00:00', '00:30', '01:00', '01:30', '02:00'].map(
        (clock, t) => `2026-10-2${t === 0 ? 4 : 5}T${clock}:00Z`,
      ),
    );
    expect(refusal(cells)).toMatch(/--sort/);
    expect(refusal(['2026-10-25 01:00', '2026-10-25 02:00', '2026-10-25 02:00'])).toMatch(/--time-zone-in/);
  });

  it('shows none for an hour in spring', () => {
    expect(timesOf(['2026-03-29 01:30', '2026-03-29 03:00'], berlin)).toEqual([
      '2026-03-29T00:30:00Z',
      '2026-03-29T01:00:00Z',
    ]);
    const { notes } = readCsv('time,v\n2026-03-29 02:30,1\n2026-03-29 04:00,2\n', berlin);
    expect(notes.join(' ')).toContain('1 time does not exist in Europe/Berlin');
  });

  it('is that of each series in a long table', () => {
    const cells = ['02:00', '02:30', '02:00', '02:30'].flatMap((clock) =>
      ['a', 'b'].map((host) => `2026-10-25 ${clock},${host},1`),
    );
    const { series } = readCsv(`time,host,v\n${cells.join('\n')}\n`, { ...berlin, series: ['host'] });
    expect(series.time).toHaveLength(4);
    expect(series.channels).toHaveLength(2);
  });

  it('agrees with Intl at every quarter of an hour around the changes', () => {
    for (const name of [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/St_Johns',
    ]) {
      const zone = new Zone(name);
      const clock = new Intl.DateTimeFormat('sv-SE', {
        timeZone: name,
        dateStyle: 'short',
        timeStyle: 'medium',
      });
      for (const day of [
        Date.UTC(2026, 2, 7),
        Date.UTC(2026, 2, 28),
        Date.UTC(2026, 3, 4),
        Date.UTC(2026, 9, 3),
        Date.UTC(2026, 9, 24),
        Date.UTC(2026, 9, 31),
      ]) {
        for (let utc = day; utc < day + 2 * 86_400_000; utc += 900_000) {
          const wall = Date.parse(`${clock.format(utc).replace(' ', 'T')}Z`);
          expect(zone.instants(wall)).toContain(utc);
        }
      }
    }
  });
});
