// Of the frame that the worker keeps (templates/shell.html): the app begins when the frame has been drawn. It lies on the
// device too, would be there before the first picture, and in its way.
(() => {
  const app = document.createElement("script");
  app.type = "module";
  app.src = document.currentScript.dataset.app;
  const begin = () => document.head.append(app);        // the second time nothing happens
  requestAnimationFrame(() => setTimeout(begin));
  setTimeout(begin, 200);       // where nobody looks, nothing is drawn
})();
