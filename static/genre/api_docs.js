"use strict";

// Swagger UI on the page of the API. Requests of somebody who is signed in carry their session, and so Django's token.
const place = document.getElementById("swagger-ui");

function token() {
  const found = document.cookie.match(/(?:^|; )csrftoken=([^;]*)/);
  return found ? decodeURIComponent(found[1]) : "";
}

window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  // A key is forgotten with the page.
  persistAuthorization: false,
  // Nothing is sent to a validator elsewhere.
  validatorUrl: null,
  requestInterceptor: (request) => {
    if (!["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) {
      request.headers["X-CSRFToken"] = token();
    }
    return request;
  },
});
