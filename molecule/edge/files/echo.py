"""The application of the project, and a WebSocket that sends back what it gets."""

from django.core.asgi import get_asgi_application

pages = get_asgi_application()


async def application(scope, receive, send):
    if scope["type"] != "websocket":
        await pages(scope, receive, send)
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (event := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": f"{scope['path']} {event['text']}"})
