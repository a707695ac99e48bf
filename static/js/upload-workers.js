/* A few threads for heavy work on files. They start with the first job. */
const THREADS = Math.max(1, Math.min(3, (navigator.hardwareConcurrency ?? 2) - 1));

export class Workers {
  #idle = [];
  #waiting = [];
  #busy = new Map();

  constructor(url) {
    this.url = url;
  }

  /* Resolves with what the worker's job of that name returns. */
  run(job, details) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ message: { job, ...details }, resolve, reject });
      this.#pass();
    });
  }

  #pass() {
    while (this.#waiting.length && (this.#idle.length || this.#busy.size < THREADS)) {
      const worker = this.#idle.pop() ?? this.#start();
      const task = this.#waiting.shift();
      this.#busy.set(worker, task);
      worker.postMessage(task.message);
    }
  }

  #start() {
    const worker = new Worker(this.url, { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      const task = this.#busy.get(worker);
      this.#busy.delete(worker);
      this.#idle.push(worker);
      if (data.error) task.reject(new Error(data.error));
      else task.resolve(data.result);
      this.#pass();
    });
    worker.addEventListener("error", (event) => {
      worker.terminate();
      this.#busy.get(worker)?.reject(new Error(event.message));
      this.#busy.delete(worker);
      this.#pass();
    });
    return worker;
  }
}
