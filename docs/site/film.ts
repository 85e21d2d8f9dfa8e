/** A strip of film: a tick for each frame, a block for a time without any. */

/** One frame: from when the last was drawn to when it was, in ms from when all was due. */
export interface Frame {
  start: number;
  end: number;
}

/** A time without a frame that is longer than this, in ms, is a block. */
const SMOOTH = 50;
/** A block of so many pixels has room for its time. */
const ROOM = 56;
const GROUND = 20;

/** Draws frames on a canvas. */
export class Film {
  readonly #canvas: HTMLCanvasElement;
  #frames: Frame[] = [];
  #gone = 0;
  #from = 0;
  #to = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)")
      .addEventListener("change", () => this.#draw());
  }

  /** Shows frames; `gone` is when nothing was left, in ms from when all was due. */
  show(frames: Frame[], gone: number): void {
    this.#frames = frames;
    this.#gone = gone;
    this.#draw();
  }

  /** Sets what the strip shows, in ms from when all was due. */
  stretch(from: number, to: number): void {
    this.#from = from;
    this.#to = to;
    this.#draw();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const density = devicePixelRatio;
    this.#canvas.width = width * density;
    this.#canvas.height = height * density;
    const context = this.#canvas.getContext("2d")!;
    context.scale(density, density);
    const style = getComputedStyle(this.#canvas);
    const color = (name: string) => style.getPropertyValue(`--${name}`);
    const floor = height - GROUND;
    context.font = `12px ${color("sans")}`;
    context.fillStyle = color("rule");
    context.fillRect(0, floor, width, 1);
    if (this.#frames.length === 0) return;

    const scale = width / (this.#to - this.#from);
    const at = (time: number) => (time - this.#from) * scale;
    for (const { start, end } of this.#frames) {
      const isBlock = end - start > SMOOTH;
      if (!isBlock) {
        context.fillStyle = color("cool");
        context.fillRect(at(end) - 0.5, floor - 26, 1, 26);
        continue;
      }
      const x = at(start) + 0.5;
      const wide = Math.max(at(end) - at(start) - 1, 2);
      context.fillStyle = color("accent");
      context.fillRect(x, 8, wide, floor - 8);
      if (wide < ROOM) continue;
      context.fillStyle = color("on-accent");
      context.textAlign = "center";
      context.fillText(
        `${Math.round(end - start)} ms`,
        x + wide / 2,
        floor / 2 + 8,
      );
    }
    context.fillStyle = color("faint");
    this.#mark(context, at(0), "all due", floor, width);
    if (at(this.#gone) - at(0) > 110) {
      this.#mark(context, at(this.#gone), "all freed", floor, width);
    }
  }

  #mark(
    context: CanvasRenderingContext2D,
    x: number,
    text: string,
    floor: number,
    width: number,
  ): void {
    context.fillRect(x, floor, 1, 6);
    context.textAlign = x > width - 60 ? "right" : "left";
    context.fillText(text, x + (x > width - 60 ? -4 : 4), floor + 15);
  }
}
