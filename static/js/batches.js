/* Turns many calls for one thing into few for a list: `ask(list)` resolves with a function from item to answer. */
export function inBatches(ask, { most, wait }) {
  let waiting = [];
  let timer = null;

  async function send() {
    timer = null;
    const batch = waiting.splice(0, most);
    if (waiting.length) timer = setTimeout(send, wait);
    try {
      const answer = await ask(batch.map(({ item }) => item));
      for (const { item, resolve } of batch) resolve(answer(item));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return (item) => new Promise((resolve, reject) => {
    waiting.push({ item, resolve, reject });
    timer ??= setTimeout(send, wait);
  });
}
