import { createHmac, randomUUID } from 'node:crypto';
import type { Dealer } from 'zeromq';

/** A message of the Jupyter messaging protocol 5.3 (https://jupyter-client.readthedocs.io/en/stable/messaging.html). */
export interface Message {
  readonly header: { readonly msg_id: string; readonly msg_type: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly metadata: Record<string, unknown>;
  // The content's shape depends on msg_type; the reader of a type knows it.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly content: any;
}

const delimiter = Buffer.from('<IDS|MSG>');

/** Signs, frames and reads messages of one session. */
export class Wire {
  private readonly session = randomUUID();

  constructor(private readonly key: string) {}

  /** Sends a request and returns its id, by which the replies are known. */
  async send(socket: Dealer, type: string, content: object): Promise<string> {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.session,
      username: 'heed',
      date: new Date().toISOString(),
      msg_type: type,
      version: '5.3',
    };
    const body = [header, {}, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
    await socket.send([delimiter, this.sign(body), ...body]);
    return id;
  }

  /** The message in these frames; undefined where they are not signed with our key. */
  read(frames: readonly Buffer[]): Message | undefined {
    const at = frames.findIndex((frame) => frame.equals(delimiter));
    if (at < 0) return undefined;
    const body = frames.slice(at + 2, at + 6);
    if (this.sign(body) !== frames[at + 1]?.toString()) return undefined;
    const [header, parent_header, metadata, content] = body.map(
      (part) => JSON.parse(part.toString()) as unknown,
    );
    return { header, parent_header, metadata, content } as Message;
  }

  private sign(body: readonly Buffer[]): string {
    const mac = createHmac('sha256', this.key);
    for (const part of body) mac.update(part);
    return mac.digest('hex');
  }
}
