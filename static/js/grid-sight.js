/* The first photo in sight, and how it stays where it is. */
export function inSight(photos = document.querySelectorAll("[data-photos] .photo")) {
  const bar = document.querySelector(".topbar")?.offsetHeight ?? 0;
  for (const photo of photos) {
    if (photo.getBoundingClientRect().bottom > bar) return photo;
  }
  return null;
}

/* Call it before a change, and what it returns after it: then the photos in sight are where they were. */
export function keeping() {
  const photo = inSight();
  const top = photo?.getBoundingClientRect().top;
  return () => {
    if (!photo?.isConnected) return;
    const moved = photo.getBoundingClientRect().top - top;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
  };
}
