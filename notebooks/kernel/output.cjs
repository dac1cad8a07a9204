'use strict';

/**
 * zeromq 6 allows one pending send per socket and rejects a second with EBUSY. This stand-in queues them. (zeromq
 * freezes its sockets, hence a stand-in with the four things tslab uses.)
 */
exports.queuedSocket = function queuedSocket(socket, writeError) {
  let tail = Promise.resolve();
  return {
    send: (message) => {
      tail = tail
        .then(() => socket.send(message))
        .catch((error) => {
          if (!socket.closed) writeError(`send: ${error}\n`);
        });
      return tail;
    },
    bind: (address) => socket.bind(address),
    close: () => socket.close(),
    [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator](),
  };
};

/** Joins small writes: out at once when 100 ms have passed since the last, else a little later. */
exports.StreamBuffer = class StreamBuffer {
  constructor(emit) {
    this.emit = emit;
    this.name = '';
    this.parts = [];
    this.last = 0;
    this.timer = null;
  }

  write(name, text) {
    if (this.name !== name) {
      this.flush();
      this.name = name;
    }
    this.parts.push(text);
    if (performance.now() - this.last > 100) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), 20).unref();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.parts.length === 0) return;
    const text = this.parts.join('');
    this.parts = [];
    this.last = performance.now();
    this.emit(this.name, text);
  }
};
