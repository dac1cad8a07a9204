// npm run translated -w @heed/docs -- docs/zh/FILE.md …: notes that these translations say what their sources say now.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './stage/pages.mjs';

for (const name of process.argv.slice(2)) {
  const path = resolve(process.env.INIT_CWD ?? '.', name);
  const text = readFileSync(path, 'utf8');
  const source = /^source: (.+)$/m.exec(text)?.[1];
  if (!source) throw new Error(`${name} names no source`);
  const sum = createHash('sha256')
    .update(readFileSync(join(root, 'docs', source)))
    .digest('hex')
    .slice(0, 16);
  const bare = text.replace(/^sourceHash: .+\n/m, '');
  writeFileSync(path, bare.replace(/^(source: .+\n)/m, `$1sourceHash: ${sum}\n`));
}
