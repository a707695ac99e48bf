export { default as Uppy } from "@uppy/core";
export { default as Dashboard } from "@uppy/dashboard";
export { default as GoldenRetriever } from "@uppy/golden-retriever";
export { default as ImageEditor } from "@uppy/image-editor";
export { default as ScreenCapture } from "@uppy/screen-capture";
export { default as Tus } from "@uppy/tus";
export { default as Webcam } from "@uppy/webcam";
