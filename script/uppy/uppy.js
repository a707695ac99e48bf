import IndexedDBStore from "./node_modules/@uppy/golden-retriever/lib/IndexedDBStore.js";

export { default as Uppy } from "@uppy/core";
export { default as Dashboard } from "@uppy/dashboard";
export { default as GoldenRetriever } from "@uppy/golden-retriever";
export { default as ImageEditor } from "@uppy/image-editor";
export { default as ScreenCapture } from "@uppy/screen-capture";
export { default as Tus } from "@uppy/tus";
export { default as Webcam } from "@uppy/webcam";

/* Before it keeps a file, Golden Retriever 6.0.0 reads every one it keeps: two million reads for 2,000 photos. */
const { getSize, put, delete: remove } = IndexedDBStore.prototype;
Object.assign(IndexedDBStore.prototype, {
  async getSize() {
    this.total ??= await getSize.call(this);
    return this.total;
  },
  async put(file) {
    await put.call(this, file);
    this.total += file.data.size;
  },
  async delete(id) {
    await remove.call(this, id);
    this.total = undefined;
  },
});
