import { useRef, useState, type ChangeEvent } from 'react';
import { css } from '@emotion/css';
import { Button, TextArea, useStyles2 } from '@grafana/ui';
import { sampleCsv } from './csvSource.js';
import { t } from '../shared/i18n.js';

/** Longer texts are read, but not shown: a text area of megabytes is slow. Bytes. */
const shownAtMost = 200_000;
/** More than this is no table that a page can hold. */
const bytesAtMost = 200 * 1024 * 1024;

const exampleTable = 'time,requests\n2026-01-05T00:00:00Z,120\n2026-01-05T00:05:00Z,118';

interface Props {
  readonly onContent: (content: string | Blob, name?: string) => void;
  readonly onProblem: (problem: string) => void;
}

/** Where a table comes from: pasted, a file, or a sample. */
export function TryInput({ onContent, onProblem }: Props) {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const onFile = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (!chosen) return;
    if (chosen.size > bytesAtMost) {
      onProblem(
        t('try.too-large', '{{name}} has {{size}} MB; a page reads 200 MB. Use the heed command.', {
          name: chosen.name,
          size: Math.round(chosen.size / 2 ** 20),
        }),
      );
      return;
    }
    setText(await shownText(chosen));
    onContent(chosen, chosen.name);
  };
  return (
    <>
      <TextArea
        aria-label={t('try.csv', 'CSV')}
        rows={6}
        value={text}
        placeholder={exampleTable}
        onChange={(event) => setText(event.currentTarget.value)}
        className={styles.text}
      />
      <div className={styles.buttons}>
        <Button disabled={!text.trim()} onClick={() => onContent(text)}>
          {t('try.score', 'Score')}
        </Button>
        <Button variant="secondary" icon="upload" onClick={() => file.current?.click()}>
          {t('try.upload', 'Upload a file')}
        </Button>
        <Button
          variant="secondary"
          onClick={() => {
            const sample = sampleCsv();
            setText(sample);
            onContent(sample, 'sample');
          }}
        >
          {t('try.sample', 'Use a sample')}
        </Button>
        <input
          ref={file}
          type="file"
          accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,.log,.gz,.zst,.parquet,.xlsx,.xlsm,.xlsb,.xls,.ods,text/*,application/json"
          className={styles.file}
          aria-label={t('try.file', 'CSV file')}
          onChange={(event) => void onFile(event)}
        />
      </div>
    </>
  );
}

/** A short file as text; empty where it is long, packed, or of another encoding than UTF-8. */
async function shownText(file: Blob): Promise<string> {
  if (file.size > shownAtMost) return '';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? '' : text;
  } catch {
    // No text; or it cannot be read, which the reader will tell.
    return '';
  }
}

const getStyles = () => ({
  text: css({ fontFamily: 'monospace' }),
  buttons: css({ display: 'flex', gap: 8, margin: '8px 0', flexWrap: 'wrap' }),
  file: css({ display: 'none' }),
});
