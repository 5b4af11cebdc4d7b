// Ink in the box of a customer's page, as strokes; without this script a typed name does.
(function(){
"use strict";
var pad=document.getElementById("pad"),canvas=document.getElementById("canvas"),
    field=document.getElementById("ink"),form=document.getElementById("accept"),
    clear=document.getElementById("clear"),pen=canvas&&canvas.getContext&&canvas.getContext("2d");
if(!pad||!pen||!window.PointerEvent){return;}
pad.hidden=false;
var strokes=[],stroke=null,began=0,points=0;
pen.lineCap="round";pen.lineJoin="round";pen.strokeStyle="#10213f";
function at(event){
  var box=canvas.getBoundingClientRect();
  return [Math.round((event.clientX-box.left)*canvas.width/box.width*100),
          Math.round((event.clientY-box.top)*canvas.height/box.height*100),
          Math.max(0,Math.round(event.timeStamp-began)),
          event.pointerType==="mouse"?0:Math.min(1000,Math.max(0,Math.round((event.pressure||0)*1000)))];
}
function line(one,other){
  pen.lineWidth=other[3]?2+other[3]/180:4.5;
  pen.beginPath();pen.moveTo(one[0]/100,one[1]/100);pen.lineTo(other[0]/100,other[1]/100);pen.stroke();
}
canvas.addEventListener("pointerdown",function(event){
  if(stroke||!event.isPrimary){return;}
  if(!strokes.length){began=event.timeStamp;}
  stroke=[at(event)];points+=1;line(stroke[0],stroke[0]);
  canvas.setPointerCapture(event.pointerId);event.preventDefault();
});
canvas.addEventListener("pointermove",function(event){
  if(!stroke||!event.isPrimary||points>=8000){return;}
  var next=at(event),last=stroke[stroke.length-1];
  if(Math.abs(next[0]-last[0])+Math.abs(next[1]-last[1])<150){return;}
  line(last,next);stroke.push(next);points+=1;event.preventDefault();
});
function end(event){
  if(!stroke||!event.isPrimary){return;}
  if(strokes.length<200){strokes.push(stroke);}
  stroke=null;
}
canvas.addEventListener("pointerup",end);
canvas.addEventListener("pointercancel",end);
clear.addEventListener("click",function(){
  strokes=[];stroke=null;points=0;pen.clearRect(0,0,canvas.width,canvas.height);
});
form.addEventListener("submit",function(){
  field.value=strokes.length?JSON.stringify({pad:[canvas.width*100,canvas.height*100],strokes:strokes}):"";
});
})();
