/** Shows one line with the elapsed seconds; without a terminal, two lines. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #timer: ReturnType<typeof setInterval> | undefined;
  #text = "";
  #began = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  start(text: string): void {
    this.#text = text;
    this.#began = Date.now();
    if (!this.#stream.isTTY) this.#stream.write(`lehnz-mock: ${text} ...\n`);
    else this.#timer = setInterval(() => this.#stream.write(`\rlehnz-mock: ${text} ... ${this.#seconds()} s`), 200);
  }

  end(): void {
    if (!this.#text) return;
    clearInterval(this.#timer);
    if (this.#stream.isTTY) this.#stream.write("\r\x1b[K");
    this.#stream.write(`lehnz-mock: that took ${this.#seconds()} s\n`);
    this.#text = "";
  }

  #seconds(): number {
    return Math.round((Date.now() - this.#began) / 1000);
  }
}
